#include "carrier/text/transliterate.h"

#include <algorithm>
#include <array>

#include "carrier/text/gsm7.h"

namespace tandem::carrier::text {

namespace {

struct StandIn {
  char32_t c;
  std::u32string_view text;
  constexpr bool operator<(const StandIn& other) const { return c < other.c; }
};

constexpr auto kPunctuation = std::to_array<StandIn>({
    {0x0009, U" "},    // tab
    {0x0060, U"'"},    // grave accent
    {0x00A0, U" "},    // no-break space
    {0x00A6, U"|"},    // broken bar
    {0x00AB, U"\""},   // left guillemet
    {0x00AD, U""},     // soft hyphen
    {0x00B4, U"'"},    // acute accent
    {0x00B7, U"."},    // middle dot
    {0x00B8, U","},    // cedilla
    {0x00BB, U"\""},   // right guillemet
    {0x02B9, U"'"},    // modifier prime
    {0x02BA, U"\""},   // modifier double prime
    {0x02BB, U"'"},    // modifier turned comma
    {0x02BC, U"'"},    // modifier apostrophe
    {0x02C6, U"^"},    // modifier circumflex
    {0x02C8, U"'"},    // modifier vertical line
    {0x02CA, U"'"},    // modifier acute
    {0x02CB, U"'"},    // modifier grave
    {0x02DC, U"~"},    // small tilde
    {0x1680, U" "},    // ogham space
    {0x2000, U" "},    // en quad
    {0x2001, U" "},    // em quad
    {0x2002, U" "},    // en space
    {0x2003, U" "},    // em space
    {0x2004, U" "},    // third of an em
    {0x2005, U" "},    // quarter of an em
    {0x2006, U" "},    // sixth of an em
    {0x2007, U" "},    // figure space
    {0x2008, U" "},    // punctuation space
    {0x2009, U" "},    // thin space
    {0x200A, U" "},    // hair space
    {0x200B, U""},     // zero width space
    {0x200C, U""},     // zero width non-joiner
    {0x200D, U""},     // zero width joiner
    {0x200E, U""},     // left-to-right mark
    {0x200F, U""},     // right-to-left mark
    {0x2010, U"-"},    // hyphen
    {0x2011, U"-"},    // no-break hyphen
    {0x2012, U"-"},    // figure dash
    {0x2013, U"-"},    // en dash
    {0x2014, U"-"},    // em dash
    {0x2015, U"-"},    // horizontal bar
    {0x2018, U"'"},    // left single quote
    {0x2019, U"'"},    // right single quote
    {0x201A, U"'"},    // low single quote
    {0x201B, U"'"},    // reversed single quote
    {0x201C, U"\""},   // left double quote
    {0x201D, U"\""},   // right double quote
    {0x201E, U"\""},   // low double quote
    {0x201F, U"\""},   // reversed double quote
    {0x2022, U"-"},    // bullet
    {0x2024, U"."},    // one dot leader
    {0x2025, U".."},   // two dot leader
    {0x2026, U"..."},  // ellipsis
    {0x2028, U"\n"},   // line separator
    {0x2029, U"\n"},   // paragraph separator
    {0x202F, U" "},    // narrow no-break space
    {0x2032, U"'"},    // prime
    {0x2033, U"\""},   // double prime
    {0x2035, U"'"},    // reversed prime
    {0x2036, U"\""},   // reversed double prime
    {0x2039, U"'"},    // left single guillemet
    {0x203A, U"'"},    // right single guillemet
    {0x203C, U"!!"},   // double exclamation mark
    {0x2043, U"-"},    // hyphen bullet
    {0x2044, U"/"},    // fraction slash
    {0x205F, U" "},    // mathematical space
    {0x2060, U""},     // word joiner
    {0x2212, U"-"},    // minus sign
    {0x2215, U"/"},    // division slash
    {0x2216, U"\\"},   // set minus
    {0x2217, U"*"},    // asterisk operator
    {0x2223, U"|"},    // divides
    {0x223C, U"~"},    // tilde operator
    {0x3000, U" "},    // ideographic space
    {0xFEFF, U""},     // byte order mark
});
static_assert(std::is_sorted(kPunctuation.begin(), kPunctuation.end()));

/// A letter and the marked capitals that are written with it.
struct Capitals {
  std::u32string_view plain;
  std::u32string_view marked;
};

constexpr auto kCapitals = std::to_array<Capitals>({
    {U"A", U"ÀÁÂÃĀĂĄǍ"}, {U"C", U"ĆĈĊČ"},  {U"D", U"ĎĐ"},         {U"E", U"ÈÊËĒĔĖĘĚ"},
    {U"G", U"ĜĞĠĢ"},     {U"H", U"ĤĦ"},    {U"I", U"ÌÍÎÏĨĪĬĮİǏ"}, {U"J", U"Ĵ"},
    {U"K", U"Ķ"},        {U"L", U"ĹĻĽŁ"},  {U"N", U"ŃŅŇ"},        {U"O", U"ÒÓÔÕŌŎŐǑ"},
    {U"R", U"ŔŖŘ"},      {U"S", U"ŚŜŞŠȘ"}, {U"T", U"ŢŤŦȚ"},       {U"U", U"ÙÚÛŨŪŬŮŰŲǓ"},
    {U"W", U"Ŵ"},        {U"Y", U"ÝŶŸ"},   {U"Z", U"ŹŻŽ"},        {U"OE", U"Œ"},
    {U"oe", U"œ"},
});

constexpr char32_t kFirstFullWidth = 0xFF01;  // the full-width forms of '!' to '~'
constexpr char32_t kLastFullWidth = 0xFF5E;
constexpr std::u32string_view kVisibleAscii =
    U"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_'"
    U"abcdefghijklmnopqrstuvwxyz{|}~";

}  // namespace

std::optional<std::u32string_view> gsm_stand_in(char32_t c) {
  if (c >= kFirstFullWidth && c <= kLastFullWidth) {
    return kVisibleAscii.substr(c - kFirstFullWidth, 1);
  }
  const auto* found = std::lower_bound(kPunctuation.begin(), kPunctuation.end(), StandIn{c, {}});
  if (found != kPunctuation.end() && found->c == c) return found->text;
  for (const Capitals& row : kCapitals) {
    if (row.marked.find(c) != std::u32string_view::npos) return row.plain;
  }
  return std::nullopt;
}

std::optional<std::u32string> transliterate(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (const char32_t c : text) {
    if (gsm_code(c)) {
      result.push_back(c);
      continue;
    }
    const auto stand_in = gsm_stand_in(c);
    if (!stand_in) return std::nullopt;
    result += *stand_in;
  }
  return result;
}

}  // namespace tandem::carrier::text
