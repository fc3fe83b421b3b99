#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Smart encoding: typographic characters that slip into a text (curly quotes, dashes, unusual
/// spaces, accented capitals) written with characters of the GSM alphabet, so that the text needs
/// fewer parts.
namespace tandem::carrier::text {

/// What stands for `c` in the GSM alphabet: perhaps several characters, perhaps none at all (for
/// invisible ones). Nothing when there is no faithful stand-in. Characters that are in the alphabet
/// are not asked about.
std::optional<std::u32string_view> gsm_stand_in(char32_t c);

/// The whole text in GSM characters, or nothing when a single one has neither form nor stand-in.
std::optional<std::u32string> transliterate(std::u32string_view text);

}  // namespace tandem::carrier::text
