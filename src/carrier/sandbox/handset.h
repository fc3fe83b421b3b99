#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carrier/errors.h"
#include "core/clock.h"

/// The world in the box: handsets that no one owns, and the network before them. What they do is
/// decided here, without time or sockets; the sandbox's message center carries it out.
namespace tandem::carrier::sandbox {

/// How a handset, and the network before it, behave. As it is here: every message arrives at once
/// and is confirmed, nothing is answered.
struct Script {
  Millis delay{0};                   // from the submit to the outcome
  std::optional<int> carrier_error;  // a messaging error, 40001 to 40020 (see failure_of)
  bool lost_receipt = false;         // messages arrive, receipts do not
  bool landline = false;             // texts cannot be delivered to it
  bool spam_block = false;           // a filter refuses everything
  std::string auto_reply;            // sent for each text; "{text}" stands for what came
  bool reply_with_picture = false;   // the reply is an MMS with a picture
  bool rcs = false;                  // it shows messages of RCS agents (rcs_phones.h)
  Millis reply_delay{0};             // from the arrival of the text to the reply
  bool operator==(const Script&) const = default;
};

/// A script that cannot be played is told why: negative times, unknown errors.
Result<void> check(const Script& script);

/// Longest time a script may wait.
inline constexpr Millis kMaxDelay{7 * 24 * 3'600'000LL};
/// Bytes of the longest automatic reply.
inline constexpr size_t kMaxReplyBytes = 1600;

/// How the network shows a messaging error on the wire: as a refusal of the submit, or later in a
/// receipt.
struct Failure {
  int code = 0;                            // 40001 ...
  smpp::Status status = smpp::Status::Ok;  // of the submit
  smpp::MessageState state = smpp::MessageState::Undeliverable;
  std::string error;  // of the receipt: the last three digits of the code
};
/// None when the sandbox cannot make this error.
std::optional<Failure> failure_of(int code);
/// What the sandbox means by its codes, for error_of_refusal() and error_of_receipt().
ErrorCodes error_codes();

/// What the sender asked for with its submit.
struct Submit {
  uint8_t registered_delivery = 0;
  std::optional<Millis> validity;  // how long the network shall try
};

/// The receipt of one submit.
struct ReceiptPlan {
  Millis after{0};  // from the submit
  smpp::MessageState state = smpp::MessageState::Delivered;
  std::string error = "000";
};

/// What the network does with one submit, that is with one part of a text.
struct Verdict {
  smpp::Status status = smpp::Status::Ok;  // the answer to the submit
  std::optional<Millis> arrives_after;     // when the handset gets it; none: never
  std::optional<ReceiptPlan> receipt;      // none: not asked for, or lost
};
Verdict decide(const Script& script, const Submit& submit);

/// What the handset sends back for a whole text.
struct Reply {
  Millis after{0};  // from the text's arrival
  std::string text;
  bool picture = false;
};
std::optional<Reply> reply_to(const Script& script, std::string_view text);

/// The receipt to send for a plan.
smpp::Receipt receipt_for(const ReceiptPlan& plan, const std::string& message_id,
                          WallTime submitted_at);

/// Numbers whose handsets play a script from the start, for trying things out:
///   +1 500 555 0001 to 0020  carrier error 40001 to 40020
///   +1 500 555 0101  landline          +1 500 555 0105  echoes each text
///   +1 500 555 0102  spam block        +1 500 555 0106  answers STOP
///   +1 500 555 0103  lost receipts     +1 500 555 0107  answers HELP
///   +1 500 555 0104  receipts after ten seconds
///   +1 500 555 0108  answers with a picture              +1 500 555 0109  has RCS
std::optional<Script> reserved_script(std::string_view number);

}  // namespace tandem::carrier::sandbox
