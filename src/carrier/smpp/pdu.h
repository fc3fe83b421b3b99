#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "carrier/smpp/bodies.h"
#include "carrier/smpp/command.h"
#include "core/result.h"

namespace tandem::carrier::smpp {

/// Length, command, status and sequence number.
inline constexpr size_t kHeaderBytes = 16;
/// Longest PDU that is read: room for a 64 KiB message_payload beside everything else.
inline constexpr size_t kMaxPduBytes = 70'000;
/// Sequence numbers go from 1 to this and start again (section 3.2).
inline constexpr uint32_t kMaxSequence = 0x7FFF'FFFF;

struct Pdu {
  Command command{};
  Status status = Status::Ok;
  uint32_t sequence = 0;
  Body body;
  bool operator==(const Pdu&) const = default;
};

/// Why a PDU could not be read. What was readable of its header is there, so that it can be
/// answered with `status`.
struct ParseError {
  Status status = Status::InvalidCommandLength;
  Command command{};
  uint32_t sequence = 0;
  std::string what;
};

/// An empty body of the kind that belongs to the command.
Body empty_body(Command command);

/// Reads one PDU, exactly. Requests must be as section 4 says; of responses, whose bodies peers
/// often shorten, missing ends are taken as empty.
Result<Pdu, ParseError> parse(std::string_view bytes);

/// Appends the PDU. When it cannot be written because a field is too long or the body is not that
/// of the command, nothing is appended and the status says what is wrong; Status::Ok otherwise.
[[nodiscard]] Status write(std::string& out, const Pdu& pdu);
/// The same without copying the message into a Pdu: submit_sm or deliver_sm.
[[nodiscard]] Status write(std::string& out, Command command, uint32_t sequence,
                           const Message& message);

}  // namespace tandem::carrier::smpp
