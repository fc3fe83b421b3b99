#include "carrier/text/udh.h"

#include "core/assert.h"

namespace tandem::carrier::text {

namespace {

enum Element : uint8_t {
  kConcatenation8 = 0x00,
  kPorts8 = 0x04,
  kPorts16 = 0x05,
  kConcatenation16 = 0x08,
  kSingleShift = 0x24,
  kLockingShift = 0x25,
};

uint8_t byte_at(std::string_view data, size_t at) { return static_cast<uint8_t>(data[at]); }

uint16_t word_at(std::string_view data, size_t at) {
  return static_cast<uint16_t>(byte_at(data, at) << 8 | byte_at(data, at + 1));
}

void take_concatenation(UserDataHeader& header, uint16_t reference, std::string_view counts,
                        bool wide) {
  const Concatenation part{reference, byte_at(counts, 0), byte_at(counts, 1), wide};
  if (part.sequence >= 1 && part.sequence <= part.total) header.concatenation = part;
}

void take_element(UserDataHeader& header, uint8_t element, std::string_view data) {
  if (element == kConcatenation8 && data.size() == 3) {
    take_concatenation(header, byte_at(data, 0), data.substr(1), false);
  } else if (element == kConcatenation16 && data.size() == 4) {
    take_concatenation(header, word_at(data, 0), data.substr(2), true);
  } else if (element == kPorts8 && data.size() == 2) {
    header.ports = Ports{byte_at(data, 0), byte_at(data, 1)};
  } else if (element == kPorts16 && data.size() == 4) {
    header.ports = Ports{word_at(data, 0), word_at(data, 2)};
  } else if (element == kSingleShift && data.size() == 1) {
    header.national.single = byte_at(data, 0);
  } else if (element == kLockingShift && data.size() == 1) {
    header.national.locking = byte_at(data, 0);
  }
}

}  // namespace

Result<UserDataHeader> parse_header(std::string_view user_data) {
  if (user_data.empty()) return fail("a user data header is announced but not there");
  UserDataHeader header;
  header.bytes = 1 + static_cast<size_t>(byte_at(user_data, 0));
  if (header.bytes > user_data.size()) return fail("the user data header is cut off");
  std::string_view rest = user_data.substr(1, header.bytes - 1);
  while (!rest.empty()) {
    if (rest.size() < 2) return fail("an element of the user data header is cut off");
    const size_t length = byte_at(rest, 1);
    if (rest.size() - 2 < length) return fail("an element runs past the user data header");
    take_element(header, byte_at(rest, 0), rest.substr(2, length));
    rest.remove_prefix(2 + length);
  }
  return header;
}

std::string write_header(const Concatenation& part) {
  TANDEM_ASSERT(part.sequence >= 1 && part.sequence <= part.total);
  std::string header;
  const auto put = [&header](unsigned byte) { header.push_back(static_cast<char>(byte)); };
  put(static_cast<unsigned>(header_bytes(part.wide) - 1));
  if (part.wide) {
    put(kConcatenation16);
    put(4);
    put(part.reference >> 8);
  } else {
    put(kConcatenation8);
    put(3);
  }
  put(part.reference & 0xFFU);
  put(part.total);
  put(part.sequence);
  return header;
}

}  // namespace tandem::carrier::text
