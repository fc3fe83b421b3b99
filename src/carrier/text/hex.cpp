#include "carrier/text/hex.h"

#include <cstdint>

namespace tandem::carrier::text {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += kHex[static_cast<uint8_t>(c) >> 4];
    hex += kHex[static_cast<uint8_t>(c) & 15];
  }
  return hex;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const size_t high = kHex.find(hex[i]);
    const size_t low = kHex.find(hex[i + 1]);
    if (high > 15 || low > 15) return {};
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace tandem::carrier::text
