#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::store::postgres {

/// An index entry of PostgreSQL holds 2,704 bytes at most. Text of up to this many characters is
/// its own key; of longer text the key is a beginning and a hash.
inline constexpr size_t kPlainKeyCharacters = 400;

/// Our name as one that PostgreSQL keeps: it cuts off what is longer than 63 bytes.
std::string identifier(std::string_view name);

/// Whether `json` holds escapes that PostgreSQL cannot turn into text (NUL and lone surrogates);
/// then `out` is the same document with U+FFFD in their place.
bool needs_replacement(std::string_view json, std::string& out);

/// The shortest decimal text of a number.
std::string number_text(double number);

}  // namespace tandem::store::postgres
