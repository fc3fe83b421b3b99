#include "carrier/text/septets.h"

#include <cstdint>

#include "core/assert.h"

namespace tandem::carrier::text {

std::string pack_septets(std::string_view septets, unsigned fill_bits) {
  TANDEM_ASSERT(fill_bits < 7);
  std::string octets((septets.size() * 7 + fill_bits + 7) / 8, '\0');
  size_t bit = fill_bits;
  for (const char c : septets) {
    const unsigned value = (static_cast<uint8_t>(c) & 0x7FU) << (bit % 8);
    const size_t at = bit / 8;
    octets[at] = static_cast<char>(static_cast<uint8_t>(octets[at]) | (value & 0xFF));
    if (value > 0xFF) octets[at + 1] = static_cast<char>(value >> 8);
    bit += 7;
  }
  return octets;
}

Result<std::string> unpack_septets(std::string_view octets, size_t count, unsigned fill_bits) {
  TANDEM_ASSERT(fill_bits < 7);
  if (count > kMaxSeptets || count * 7 + fill_bits > octets.size() * 8) {
    return fail("the text has fewer septets than announced");
  }
  std::string septets(count, '\0');
  size_t bit = fill_bits;
  for (char& septet : septets) {
    const size_t at = bit / 8;
    unsigned window = static_cast<uint8_t>(octets[at]);
    if (at + 1 < octets.size())
      window |= static_cast<unsigned>(static_cast<uint8_t>(octets[at + 1])) << 8;
    septet = static_cast<char>((window >> (bit % 8)) & 0x7F);
    bit += 7;
  }
  return septets;
}

}  // namespace tandem::carrier::text
