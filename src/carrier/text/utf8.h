#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

/// How texts become bytes of short messages and come back: alphabets, parts, headers, reassembly.
namespace tandem::carrier::text {

/// Stands for what could not be read.
inline constexpr char32_t kReplacement = 0xFFFD;

/// The code points of a UTF-8 text (RFC 3629). An error when it is cut, overlong, a surrogate,
/// above U+10FFFF, or longer than `max_code_points`.
Result<std::u32string> decode_utf8(std::string_view utf8, size_t max_code_points);

/// Appends one code point; what is none becomes U+FFFD.
void append_utf8(std::string& out, char32_t c);

/// Whether the code point needs two UTF-16 units.
constexpr bool is_astral(char32_t c) { return c > 0xFFFF; }
constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

}  // namespace tandem::carrier::text
