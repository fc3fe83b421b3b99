#include "carrier/text/ucs2.h"

#include <cstdint>

#include "carrier/text/utf8.h"

namespace tandem::carrier::text {

namespace {

constexpr char32_t kByteOrderMark = 0xFEFF;
constexpr char32_t kSwappedMark = 0xFFFE;

void append_unit(std::string& out, char32_t unit) {
  out.push_back(static_cast<char>(unit >> 8));
  out.push_back(static_cast<char>(unit & 0xFF));
}

char32_t unit_at(std::string_view bytes, size_t at, bool little_endian) {
  const auto first = static_cast<uint8_t>(bytes[at]);
  const auto second = static_cast<uint8_t>(bytes[at + 1]);
  return little_endian ? static_cast<char32_t>(second) << 8 | first
                       : static_cast<char32_t>(first) << 8 | second;
}

bool is_high(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

void append_ucs2(std::string& out, char32_t c) {
  if (!is_astral(c)) return append_unit(out, c);
  const char32_t offset = c - 0x10000;
  append_unit(out, 0xD800 + (offset >> 10));
  append_unit(out, 0xDC00 + (offset & 0x3FF));
}

std::string decode_ucs2(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  bool little_endian = false;
  size_t at = 0;
  if (bytes.size() >= 2) {
    const char32_t mark = unit_at(bytes, 0, false);
    little_endian = mark == kSwappedMark;
    if (little_endian || mark == kByteOrderMark) at = 2;
  }
  for (; at + 1 < bytes.size(); at += 2) {
    const char32_t unit = unit_at(bytes, at, little_endian);
    if (!is_high(unit) || at + 3 >= bytes.size()) {
      append_utf8(out, unit);
      continue;
    }
    const char32_t next = unit_at(bytes, at + 2, little_endian);
    if (!is_low(next)) {
      append_utf8(out, kReplacement);
      continue;
    }
    append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
    at += 2;
  }
  if (at < bytes.size()) append_utf8(out, kReplacement);
  return out;
}

}  // namespace tandem::carrier::text
