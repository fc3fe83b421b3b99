#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::contract {

/// Whether the bytes are UTF-8 as RFC 3629 has it.
bool is_utf8(std::string_view text);

/// Unicode code points in valid UTF-8.
size_t code_points(std::string_view text);

/// Undoes percent-encoding (RFC 3986 section 2.1). Nothing when it is malformed, or when what comes
/// out is no UTF-8 or holds a NUL.
std::optional<std::string> percent_decode(std::string_view text);

/// The same for a value of a query, where `+` stands for a space. One that leads a row of digits
/// stays: it is a phone number whose plus was not encoded.
std::optional<std::string> query_decode(std::string_view text);

}  // namespace tandem::contract
