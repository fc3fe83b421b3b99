#include "carrier/text/gsm7.h"

#include <algorithm>
#include <array>
#include <utility>

#include "carrier/text/utf8.h"

namespace tandem::carrier::text {

namespace {

constexpr size_t kSeptets = 128;
constexpr char32_t kEuro = 0x20AC;
/// All characters but the euro sign are below (the Greek capitals end at U+03A9).
constexpr size_t kDirectCodePoints = 0x3C0;

constexpr std::array<char32_t, kSeptets> kBasic = [] {
  constexpr std::u32string_view low =
      U"@£$¥èéùìòÇ\nØø\rÅå"
      U"Δ_ΦΓΛΩΠΨΣΘΞ\x1BÆæßÉ"
      U" !\"#¤%&'()*+,-./0123456789:;<=>?"
      U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
      U"¿abcdefghijklmnopqrstuvwxyzäöñüà";
  static_assert(low.size() == kSeptets);
  std::array<char32_t, kSeptets> table{};
  std::copy(low.begin(), low.end(), table.begin());
  return table;
}();

constexpr std::array<std::pair<uint8_t, char32_t>, 10> kExtension{{{0x0A, U'\f'},
                                                                   {0x14, U'^'},
                                                                   {0x28, U'{'},
                                                                   {0x29, U'}'},
                                                                   {0x2F, U'\\'},
                                                                   {0x3C, U'['},
                                                                   {0x3D, U'~'},
                                                                   {0x3E, U']'},
                                                                   {0x40, U'|'},
                                                                   {0x65, kEuro}}};

constexpr uint8_t kExtendedBit = 0x80;
constexpr uint8_t kNone = 0xFF;

/// From code point to septet, with kExtendedBit for the extension table.
constexpr std::array<uint8_t, kDirectCodePoints> kDirect = [] {
  std::array<uint8_t, kDirectCodePoints> table{};
  for (uint8_t& code : table) code = kNone;
  for (size_t i = 0; i < kSeptets; ++i) {
    if (i != kGsmEscape) table[kBasic[i]] = static_cast<uint8_t>(i);
  }
  for (const auto& [septet, c] : kExtension) {
    if (c < kDirectCodePoints) table[c] = septet | kExtendedBit;
  }
  return table;
}();

char32_t basic_character(uint8_t language, uint8_t septet) {
  return national_basic(language, septet).value_or(kBasic[septet]);
}

char32_t extended_character(const NationalTables& national, uint8_t septet) {
  if (const auto c = national_extension(national.single, septet)) return *c;
  for (const auto& [code, c] : kExtension) {
    if (code == septet) return c;
  }
  return septet == kGsmEscape ? U' ' : basic_character(national.locking, septet);
}

}  // namespace

std::optional<GsmCode> gsm_code(char32_t c) {
  if (c == kEuro) return GsmCode{0x65, true};
  if (c >= kDirectCodePoints || kDirect[c] == kNone) return std::nullopt;
  const uint8_t code = kDirect[c];
  return GsmCode{static_cast<uint8_t>(code & 0x7F), (code & kExtendedBit) != 0};
}

void append_gsm(std::string& out, GsmCode code) {
  if (code.extended) out.push_back(static_cast<char>(kGsmEscape));
  out.push_back(static_cast<char>(code.septet));
}

std::string decode_gsm7(std::string_view septets, NationalTables national) {
  std::string out;
  out.reserve(septets.size());
  bool escaped = false;
  for (const char byte : septets) {
    const auto septet = static_cast<uint8_t>(byte);
    if (septet >= kSeptets) {
      append_utf8(out, kReplacement);
      escaped = false;
    } else if (escaped) {
      append_utf8(out, extended_character(national, septet));
      escaped = false;
    } else if (septet == kGsmEscape) {
      escaped = true;
    } else {
      append_utf8(out, basic_character(national.locking, septet));
    }
  }
  if (escaped) out.push_back(' ');
  return out;
}

}  // namespace tandem::carrier::text
