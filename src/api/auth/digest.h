#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::api::auth {

using Digest = std::array<uint8_t, 32>;

/// SHA-256 (FIPS 180-4).
Digest sha256(std::string_view text);
/// As 64 lower-case hex characters.
std::string to_hex(const Digest& digest);

/// To keep digests in hash tables: they are random already.
struct DigestHash {
  size_t operator()(const Digest& digest) const;
};

}  // namespace tandem::api::auth
