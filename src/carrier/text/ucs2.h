#pragma once

#include <string>
#include <string_view>

/// UCS-2 as phones use it today: UTF-16, big endian, surrogate pairs included.
namespace tandem::carrier::text {

/// Appends the big-endian units of one code point: two bytes, four above U+FFFF.
void append_ucs2(std::string& out, char32_t c);

/// UTF-8 of UTF-16BE. Lone surrogates and a last odd byte become U+FFFD; a byte order mark at the
/// start is obeyed and left out.
std::string decode_ucs2(std::string_view bytes);

}  // namespace tandem::carrier::text
