#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "carrier/text/national.h"

/// The GSM default alphabet with its extension table (3GPP TS 23.038 section 6.2.1), one septet a
/// byte as SMPP carries it.
namespace tandem::carrier::text {

/// Announces a character of the extension table.
inline constexpr uint8_t kGsmEscape = 0x1B;

/// How a character is written: one septet, or kGsmEscape and one.
struct GsmCode {
  uint8_t septet = 0;
  bool extended = false;
  /// Septets it takes.
  size_t size() const { return extended ? 2 : 1; }
};

/// The code of a character, without any replacement; none when the alphabet does not have it.
std::optional<GsmCode> gsm_code(char32_t c);

/// Appends the code as bytes.
void append_gsm(std::string& out, GsmCode code);

/// UTF-8 of unpacked septets. As the standard asks of receivers, an unknown extension shows the
/// character of the basic table, and a lone escape a space. Bytes above 127 become U+FFFD.
std::string decode_gsm7(std::string_view septets, NationalTables national = {});

}  // namespace tandem::carrier::text
