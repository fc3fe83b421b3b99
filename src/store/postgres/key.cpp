#include "store/postgres/key.h"

#include <charconv>
#include <cstdint>

namespace tandem::store::postgres {
namespace {

constexpr size_t kMaxIdentifierBytes = 63;
constexpr size_t kEscapeBytes = 6;  // \uXXXX

/// The code unit of the \uXXXX at `at`, or -1 when there is none.
int code_unit(std::string_view json, size_t at) {
  if (at + kEscapeBytes > json.size() || json[at] != '\\' || json[at + 1] != 'u') return -1;
  int unit = 0;
  const char* end = json.data() + at + kEscapeBytes;
  const auto read = std::from_chars(json.data() + at + 2, end, unit, 16);
  return read.ec == std::errc() && read.ptr == end ? unit : -1;
}

bool is_high(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace

std::string identifier(std::string_view name) {
  if (name.size() <= kMaxIdentifierBytes) return std::string(name);
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, fnv1a(name), 16);
  return std::string(name.substr(0, kMaxIdentifierBytes - sizeof digits - 1)) + "/" +
         std::string(digits, end.ptr);
}

bool needs_replacement(std::string_view json, std::string& out) {
  size_t copied = 0;
  size_t at = json.find('\\');
  while (at != std::string_view::npos && at + 1 < json.size()) {
    const int unit = code_unit(json, at);
    size_t size = unit < 0 ? 2 : kEscapeBytes;
    if (is_high(unit) && is_low(code_unit(json, at + kEscapeBytes))) {
      size = 2 * kEscapeBytes;
    } else if (unit == 0 || is_high(unit) || is_low(unit)) {
      if (copied == 0) out.clear();
      out.append(json.substr(copied, at - copied)).append("\\ufffd");
      copied = at + size;
    }
    at = json.find('\\', at + size);
  }
  if (copied == 0) return false;
  out.append(json.substr(copied));
  return true;
}

std::string number_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  return {digits, end.ptr};
}

}  // namespace tandem::store::postgres
