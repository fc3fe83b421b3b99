#include "carrier/text/national.h"

#include <array>
#include <span>

namespace tandem::carrier::text {

namespace {

enum Language : uint8_t { kTurkish = 1, kSpanish = 2, kPortuguese = 3 };

struct Difference {
  uint8_t septet;
  char32_t c;
};

constexpr auto kTurkishBasic = std::to_array<Difference>({
    {0x04, U'€'},
    {0x07, U'ı'},
    {0x0B, U'Ğ'},
    {0x0C, U'ğ'},
    {0x1C, U'Ş'},
    {0x1D, U'ş'},
    {0x40, U'İ'},
    {0x60, U'ç'},
});

constexpr auto kPortugueseBasic = std::to_array<Difference>({
    {0x04, U'ê'}, {0x06, U'ú'}, {0x07, U'í'},  {0x08, U'ó'}, {0x09, U'ç'}, {0x0B, U'Ô'},
    {0x0C, U'ô'}, {0x0E, U'Á'}, {0x0F, U'á'},  {0x12, U'ª'}, {0x13, U'Ç'}, {0x14, U'À'},
    {0x15, U'∞'}, {0x16, U'^'}, {0x17, U'\\'}, {0x18, U'€'}, {0x19, U'Ó'}, {0x1A, U'|'},
    {0x1C, U'Â'}, {0x1D, U'â'}, {0x1E, U'Ê'},  {0x24, U'º'}, {0x40, U'Í'}, {0x5B, U'Ã'},
    {0x5C, U'Õ'}, {0x5D, U'Ú'}, {0x60, U'~'},  {0x7B, U'ã'}, {0x7C, U'õ'}, {0x7D, U'`'},
});

constexpr auto kTurkishExtension = std::to_array<Difference>({
    {0x47, U'Ğ'},
    {0x49, U'İ'},
    {0x53, U'Ş'},
    {0x63, U'ç'},
    {0x67, U'ğ'},
    {0x69, U'ı'},
    {0x73, U'ş'},
});

constexpr auto kSpanishExtension = std::to_array<Difference>({
    {0x09, U'ç'},
    {0x41, U'Á'},
    {0x49, U'Í'},
    {0x4F, U'Ó'},
    {0x55, U'Ú'},
    {0x61, U'á'},
    {0x69, U'í'},
    {0x6F, U'ó'},
    {0x75, U'ú'},
});

constexpr auto kPortugueseExtension = std::to_array<Difference>({
    {0x05, U'ê'}, {0x09, U'ç'}, {0x0B, U'Ô'}, {0x0C, U'ô'}, {0x0E, U'Á'}, {0x0F, U'á'},
    {0x12, U'Φ'}, {0x13, U'Γ'}, {0x15, U'Ω'}, {0x16, U'Π'}, {0x17, U'Ψ'}, {0x18, U'Σ'},
    {0x19, U'Θ'}, {0x1F, U'Ê'}, {0x41, U'À'}, {0x49, U'Í'}, {0x4F, U'Ó'}, {0x55, U'Ú'},
    {0x5B, U'Ã'}, {0x5C, U'Õ'}, {0x61, U'Â'}, {0x69, U'í'}, {0x6F, U'ó'}, {0x75, U'ú'},
    {0x7B, U'ã'}, {0x7C, U'õ'}, {0x7F, U'â'},
});

std::optional<char32_t> find(std::span<const Difference> table, uint8_t septet) {
  for (const Difference& difference : table) {
    if (difference.septet == septet) return difference.c;
  }
  return std::nullopt;
}

}  // namespace

std::optional<char32_t> national_basic(uint8_t language, uint8_t septet) {
  switch (language) {
    case kTurkish:
      return find(kTurkishBasic, septet);
    case kPortuguese:
      return find(kPortugueseBasic, septet);
    default:
      return std::nullopt;
  }
}

std::optional<char32_t> national_extension(uint8_t language, uint8_t septet) {
  switch (language) {
    case kTurkish:
      return find(kTurkishExtension, septet);
    case kSpanish:
      return find(kSpanishExtension, septet);
    case kPortuguese:
      return find(kPortugueseExtension, septet);
    default:
      return std::nullopt;
  }
}

}  // namespace tandem::carrier::text
