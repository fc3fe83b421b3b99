#pragma once

#include <string>
#include <string_view>

namespace tandem::products {

/// SHA-256 and HMAC-SHA-256 (32 bytes), and bytes as hex in small letters.
std::string sha256(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string to_hex(std::string_view bytes);

}  // namespace tandem::products
