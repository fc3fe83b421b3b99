#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "carrier/smpp/bodies.h"
#include "core/clock.h"
#include "core/result.h"

namespace tandem::carrier::smpp {

/// Where a message stands (section 5.2.28).
enum class MessageState : uint8_t {
  Enroute = 1,
  Delivered = 2,
  Expired = 3,
  Deleted = 4,
  Undeliverable = 5,
  Accepted = 6,
  Unknown = 7,
  Rejected = 8,
};

/// Whether no other state will follow.
bool is_final(MessageState state);
/// As receipts write it: "DELIVRD", "UNDELIV".
std::string_view name_of(MessageState state);
/// The state of that name in any case, abbreviated or not ("DELIVERED"); none when unknown.
std::optional<MessageState> state_named(std::string_view name);

/// The network_error_code parameter (section 5.3.2.31).
struct NetworkError {
  uint8_t network = 3;  // 1 ANSI-136, 2 IS-95, 3 GSM
  uint16_t code = 0;
  bool operator==(const NetworkError&) const = default;
};

/// What became of a message.
struct Receipt {
  std::string message_id;
  MessageState state = MessageState::Unknown;
  std::string error;  // the carrier's own code, usually three digits
  std::optional<NetworkError> network_error;
  unsigned submitted = 1;
  unsigned delivered = 0;
  std::optional<WallTime> submit_date;
  std::optional<WallTime> done_date;
  std::string text;  // the beginning of the message, at most 20 characters
  std::optional<uint16_t> user_message_reference;  // the submit's own, where the carrier returns it
};

/// The text form of appendix B: "id:... sub:001 dlvrd:001 submit date:... done date:...
/// stat:DELIVRD err:000 text:...".
std::string write_receipt_text(const Receipt& receipt);
/// Reads that form as carriers vary it: other order, case and digits, missing fields. An error when
/// there is neither an id nor a state.
Result<Receipt> read_receipt_text(std::string_view text);

/// Puts a receipt into a deliver_sm: text and optional parameters, so that every peer finds it.
void put_receipt(Message& message, const Receipt& receipt);
/// The receipt in a deliver_sm whose esm_class says that it is one (is_report in flags.h). Optional
/// parameters outweigh the text.
Result<Receipt> receipt_of(const Message& message);

/// How a carrier writes message ids. Some write one id as hexadecimal in submit_sm_resp and as
/// decimal in receipts, or the other way round.
enum class IdForm : uint8_t { Text, Decimal, Hexadecimal };
/// The id in a form that can be compared: numbers as decimals without leading zeros, text and what
/// is no number as it is.
std::string canonical_id(std::string_view id, IdForm form);

}  // namespace tandem::carrier::smpp
