#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "carrier/text/national.h"
#include "carrier/text/segments.h"

/// The data coding octet of a message (SMPP 3.4 section 5.2.19, 3GPP TS 23.038 section 4).
namespace tandem::carrier::text {

inline constexpr uint8_t kCodingDefault = 0x00;
inline constexpr uint8_t kCodingAscii = 0x01;
inline constexpr uint8_t kCodingLatin1 = 0x03;
inline constexpr uint8_t kCodingBinary = 0x04;
inline constexpr uint8_t kCodingUcs2 = 0x08;

/// What the bytes of a message are.
enum class Alphabet : uint8_t { Gsm7, Ascii, Latin1, Ucs2, Binary };

/// The octet to send a text with.
constexpr uint8_t coding_of(Encoding encoding) {
  return encoding == Encoding::Gsm7 ? kCodingDefault : kCodingUcs2;
}

/// What an octet says; `carrier_default` is what the carrier means by its default alphabet (0).
Alphabet alphabet_of(uint8_t data_coding, Alphabet carrier_default = Alphabet::Gsm7);

/// UTF-8 of a message's bytes; what cannot be read becomes U+FFFD. Binary data gives no text. Some
/// peers say ASCII and send GSM: where the bytes can be nothing else, they are read so.
std::string decode_text(Alphabet alphabet, std::string_view bytes, NationalTables national = {});

}  // namespace tandem::carrier::text
