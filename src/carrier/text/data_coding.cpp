#include "carrier/text/data_coding.h"

#include <algorithm>

#include "carrier/text/gsm7.h"
#include "carrier/text/ucs2.h"
#include "carrier/text/utf8.h"

namespace tandem::carrier::text {

namespace {

std::string decode_bytes(std::string_view bytes, char32_t last) {
  std::string out;
  out.reserve(bytes.size());
  for (const char byte : bytes) {
    const auto c = static_cast<char32_t>(static_cast<uint8_t>(byte));
    append_utf8(out, c <= last ? c : kReplacement);
  }
  return out;
}

/// Whether there are control characters that texts do not have but the GSM alphabet uses for
/// letters and signs.
bool looks_like_gsm(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](char byte) {
    const auto c = static_cast<uint8_t>(byte);
    return c < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
}

/// Bits 3 and 2 of the general and automatic-deletion groups.
Alphabet general_group(uint8_t coding) {
  switch ((coding >> 2) & 3) {
    case 0:
      return Alphabet::Gsm7;
    case 2:
      return Alphabet::Ucs2;
    default:
      return Alphabet::Binary;
  }
}

}  // namespace

Alphabet alphabet_of(uint8_t data_coding, Alphabet carrier_default) {
  switch (data_coding) {
    case kCodingDefault:
      return carrier_default;
    case kCodingAscii:
      return Alphabet::Ascii;
    case kCodingLatin1:
      return Alphabet::Latin1;
    case kCodingUcs2:
      return Alphabet::Ucs2;
    default:
      break;
  }
  if (data_coding < 0x10) return Alphabet::Binary;  // alphabets that are not read
  if (data_coding < 0x80) return general_group(data_coding);
  switch (data_coding & 0xF0) {
    case 0xE0:  // message waiting, UCS-2
      return Alphabet::Ucs2;
    case 0xF0:
      return (data_coding & 4) != 0 ? Alphabet::Binary : Alphabet::Gsm7;
    default:
      return Alphabet::Gsm7;
  }
}

std::string decode_text(Alphabet alphabet, std::string_view bytes, NationalTables national) {
  switch (alphabet) {
    case Alphabet::Gsm7:
      return decode_gsm7(bytes, national);
    case Alphabet::Ascii:
      return looks_like_gsm(bytes) ? decode_gsm7(bytes) : decode_bytes(bytes, 0x7F);
    case Alphabet::Latin1:
      return decode_bytes(bytes, 0xFF);
    case Alphabet::Ucs2:
      return decode_ucs2(bytes);
    case Alphabet::Binary:
      break;
  }
  return {};
}

}  // namespace tandem::carrier::text
