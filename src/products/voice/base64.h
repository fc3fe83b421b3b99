#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::products::voice {

/// Base64 with padding (RFC 4648 section 4).
std::string to_base64(std::span<const uint8_t> bytes);
/// Nothing when the text is no base64; line breaks are not taken.
std::optional<std::vector<uint8_t>> from_base64(std::string_view text);

}  // namespace tandem::products::voice
