#include "carrier/text/utf8.h"

#include <cstdint>

namespace tandem::carrier::text {

namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;

struct Lead {
  size_t continuation_bytes;
  char32_t bits;
  char32_t smallest;  // below it the form is overlong
};

/// False when `byte` cannot start a character.
bool read_lead(uint8_t byte, Lead& lead) {
  if (byte < 0x80) {
    lead = {0, byte, 0};
  } else if ((byte & 0xE0) == 0xC0) {
    lead = {1, byte & 0x1FU, 0x80};
  } else if ((byte & 0xF0) == 0xE0) {
    lead = {2, byte & 0x0FU, 0x800};
  } else if ((byte & 0xF8) == 0xF0) {
    lead = {3, byte & 0x07U, 0x10000};
  } else {
    return false;
  }
  return true;
}

tl::unexpected<Error> invalid_at(size_t offset) {
  return fail("the text is not valid UTF-8 at byte " + std::to_string(offset));
}

}  // namespace

Result<std::u32string> decode_utf8(std::string_view utf8, size_t max_code_points) {
  std::u32string result;
  result.reserve(utf8.size());
  for (size_t at = 0; at < utf8.size();) {
    Lead lead{};
    if (!read_lead(static_cast<uint8_t>(utf8[at]), lead)) return invalid_at(at);
    if (utf8.size() - at <= lead.continuation_bytes) return invalid_at(at);
    char32_t c = lead.bits;
    for (size_t i = 1; i <= lead.continuation_bytes; ++i) {
      const auto byte = static_cast<uint8_t>(utf8[at + i]);
      if ((byte & 0xC0) != 0x80) return invalid_at(at + i);
      c = (c << 6) | (byte & 0x3FU);
    }
    if (c < lead.smallest || c > kLastCodePoint || is_surrogate(c)) return invalid_at(at);
    if (result.size() == max_code_points) {
      return fail("the text is longer than " + std::to_string(max_code_points) + " characters");
    }
    result.push_back(c);
    at += lead.continuation_bytes + 1;
  }
  return result;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > kLastCodePoint || is_surrogate(c)) c = kReplacement;
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

}  // namespace tandem::carrier::text
