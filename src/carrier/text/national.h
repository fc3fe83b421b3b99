#pragma once

#include <cstdint>
#include <optional>

namespace tandem::carrier::text {

/// The national variants of the GSM alphabet that a user data header can announce (3GPP TS 23.038
/// annex A), by language: 1 Turkish, 2 Spanish, 3 Portuguese; others are read as no variant. They
/// are read only: few phones outside their country understand them, so texts leave as UCS-2.
struct NationalTables {
  uint8_t locking = 0;  // language of the table in place of the basic one
  uint8_t single = 0;   // language of the table behind an escape
  bool operator==(const NationalTables&) const = default;
};

/// The character where a language's basic table differs from the default alphabet.
std::optional<char32_t> national_basic(uint8_t language, uint8_t septet);
/// The character where a language's extension table differs from the default extension.
std::optional<char32_t> national_extension(uint8_t language, uint8_t septet);

}  // namespace tandem::carrier::text
