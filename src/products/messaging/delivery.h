#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/call.h"
#include "carrier/errors.h"
#include "carrier/links.h"
#include "carrier/smpp/receipt.h"
#include "products/messaging/send_queue.h"

/// How messages go on, as decisions over many at once: pure functions of what the store holds and
/// of what the carriers said.
namespace tandem::products::messaging {

/// How long a receipt of a submit without an answer is waited for, before it is sent again.
inline constexpr Millis kDoubt{30'000};
/// How long a receipt is waited for, before the message counts as unconfirmed.
inline constexpr Millis kReceiptPatience{24 * 3'600'000};
/// Submits that fail for a passing reason, before the message is given up.
inline constexpr int kMostAttempts = 6;
/// Before it is tried again: doubled each time.
inline constexpr Millis kFirstRetry{1'000};
/// Before a message is offered again that no link could take.
inline constexpr Millis kLinkPause{500};

/// A message whose turn it is, as the carrier needs it.
struct Job {
  std::string id;
  std::string from;
  std::vector<std::string> to;
  std::string type;
  std::string text;
  bool smart = false;  // typographic characters are replaced
  std::string subject;
  json::Value media;
  uint16_t reference = 0;
  WallTime valid_until{};
};

/// What is to be submitted once it is durable that it may have been: one row says so for all, and
/// has to be removed when it is written down what became of each.
struct Claim {
  std::string id;  // of the row
  std::vector<Job> jobs;
};
/// Claims messages. Those whose time is over expire instead (40014); those that are not queued any
/// more are passed over.
api::Effects claim(std::span<const std::string> ids, api::Moment moment,
                   const store::Snapshot& snapshot, Claim& claim);

/// What became of one message's submits.
struct Submitted {
  enum class Kind : uint8_t {
    Underway,  // nothing yet, and that takes long: it shows as being sent
    Accepted,  // all parts
    Refused,   // for good, with `error`
    TryLater,  // for a passing reason, `error`
    InDoubt,   // no answer came
    NotSent    // no link could take it
  };
  struct Part {
    std::string key;  // link and the carrier's id
    size_t receiver = 0;
  };
  std::string id;
  Kind kind = Kind::NotSent;
  int error = 0;
  std::vector<Part> parts;  // accepted ones
};
/// A receipt as it came in.
struct Report {
  std::string key;
  std::string from;  // the handset
  std::string to;    // our number
  carrier::smpp::Receipt receipt;
  std::optional<int> error;  // of the catalogue, when it tells of a failure
  carrier::LinkNetwork network = {};
};

/// What carriers said since the last time.
struct Tidings {
  std::vector<Submitted> submitted;
  std::vector<Report> reports;
  std::vector<std::string> claims;  // all of their messages were recorded
};
/// Writes it down. A submit makes its message sent, queued again (and announced), in doubt or
/// failed. A receipt that is final ends its message; one that belongs to no part known is matched
/// with a submit in doubt by its reference. `unknown` gets the indexes of the other reports.
api::Effects record(const Tidings& tidings, api::Moment moment, const store::Snapshot& snapshot,
                    SendQueue& queue, std::vector<size_t>& unknown);

/// What a former process was submitting when it ended: now in doubt. At most `limit`; `more` says
/// whether there were as many. Run once at start, before anything is claimed.
api::Effects adopt(api::Moment moment, const store::Snapshot& snapshot, int64_t limit, bool& more);

/// What the clock brings: scheduled messages join the queue, sent ones without receipt are
/// unconfirmed, those in doubt are queued again, queued ones expire. At most `limit` of each, and
/// of the scheduled ones as many as the queue has `room` for; `more` says whether there were as
/// many.
api::Effects advance(api::Moment moment, const store::Snapshot& snapshot, int64_t limit,
                     int64_t room, SendQueue& queue, bool& more);

/// How a queued message is announced.
Turn turn_of(const json::Value& message, std::string_view account, WallTime not_before);
/// Announces it once the effects are durable.
void announce(const json::Value& message, std::string_view account, WallTime not_before,
              SendQueue& queue, api::Effects& effects);

}  // namespace tandem::products::messaging
