#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

/// Septets packed eight to seven octets, as the radio side and some carriers carry them (3GPP TS
/// 23.038 section 6.1.2). SMPP itself carries one septet a byte.
namespace tandem::carrier::text {

/// Longest run of septets that is packed or unpacked.
inline constexpr size_t kMaxSeptets = 255;

/// Packs one septet a byte; the first one starts `fill_bits` (0 to 6) into the first octet, which
/// aligns a text behind a user data header to a septet boundary.
std::string pack_septets(std::string_view septets, unsigned fill_bits = 0);

/// The first `count` septets of packed octets; an error when there are not as many.
Result<std::string> unpack_septets(std::string_view octets, size_t count, unsigned fill_bits = 0);

/// The fill bits behind a user data header of `header_bytes` (its length octet counted).
constexpr unsigned fill_bits_after(size_t header_bytes) {
  return static_cast<unsigned>((7 - header_bytes * 8 % 7) % 7);
}

}  // namespace tandem::carrier::text
