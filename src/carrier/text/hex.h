#pragma once

#include <string>
#include <string_view>

/// Bytes of messages as text, for rows that must hold them.
namespace tandem::carrier::text {

std::string to_hex(std::string_view bytes);
/// Empty when it is not pairs of small hex digits.
std::string from_hex(std::string_view hex);

}  // namespace tandem::carrier::text
