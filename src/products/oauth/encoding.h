#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::products::oauth {

/// Base64 without padding, in the characters of RFC 4648 section 5.
std::string to_base64url(std::string_view bytes);
std::string to_base64url(const uint8_t* bytes, size_t size);
/// Nothing when it is no such text.
std::optional<std::string> from_base64url(std::string_view text);

/// Undoes the base64 of `Authorization: Basic` (RFC 7617); nothing when it is none.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace tandem::products::oauth
