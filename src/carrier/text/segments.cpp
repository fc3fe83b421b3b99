#include "carrier/text/segments.h"

#include <utility>

#include "carrier/text/gsm7.h"
#include "carrier/text/transliterate.h"
#include "carrier/text/ucs2.h"
#include "carrier/text/utf8.h"

namespace tandem::carrier::text {

namespace {

tl::unexpected<SplitError> refuse(SplitProblem problem, std::string what) {
  return tl::unexpected<SplitError>(SplitError{problem, std::move(what)});
}

/// The first character that GSM does not have.
std::optional<char32_t> first_foreign(std::u32string_view text) {
  for (const char32_t c : text) {
    if (!gsm_code(c)) return c;
  }
  return std::nullopt;
}

/// Septets or 16-bit units of one character.
size_t cost(Encoding encoding, char32_t c) {
  if (encoding == Encoding::Ucs2) return is_astral(c) ? 2 : 1;
  return gsm_code(c)->size();
}

void append(Encoding encoding, std::string& out, char32_t c) {
  if (encoding == Encoding::Ucs2) return append_ucs2(out, c);
  append_gsm(out, *gsm_code(c));
}

/// Fills parts of `room` one after the other, characters whole.
std::vector<Part> fill(Encoding encoding, std::u32string_view text, size_t room) {
  std::vector<Part> parts(1);
  size_t used = 0;
  for (const char32_t c : text) {
    const size_t needed = cost(encoding, c);
    if (used + needed > room) {
      parts.emplace_back();
      used = 0;
    }
    append(encoding, parts.back().bytes, c);
    used += needed;
  }
  return parts;
}

std::string code_point_name(char32_t c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (int shift = c > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) hex += kDigits[(c >> shift) & 15];
  return "U+" + hex;
}

Result<Segmentation, SplitError> choose_alphabet(std::u32string& text, Preference preference) {
  Segmentation result;
  if (preference == Preference::Ucs2) {
    result.encoding = Encoding::Ucs2;
    return result;
  }
  const auto foreign = first_foreign(text);
  if (!foreign) return result;
  if (preference == Preference::Gsm7) {
    return refuse(SplitProblem::NotInAlphabet,
                  "the GSM alphabet does not have the character " + code_point_name(*foreign));
  }
  if (preference == Preference::Smart) {
    if (auto plain = transliterate(text)) {
      text = std::move(*plain);
      result.transliterated = true;
      return result;
    }
  }
  result.encoding = Encoding::Ucs2;
  return result;
}

}  // namespace

std::string_view name_of(Encoding encoding) {
  return encoding == Encoding::Gsm7 ? "GSM-7" : "UCS-2";
}

Result<Segmentation, SplitError> split(std::string_view utf8, const SplitOptions& options) {
  // Four bytes a character at most: a longer text cannot be within the limit.
  if (utf8.size() > kMaxCodePoints * 4)
    return refuse(SplitProblem::TooLong, "the text is too long");
  auto text = decode_utf8(utf8, utf8.size());
  if (!text) return refuse(SplitProblem::InvalidUtf8, text.error().what);

  auto result = choose_alphabet(*text, options.preference);
  if (!result) return result;
  const Encoding encoding = result->encoding;
  result->parts = fill(encoding, *text, room_alone(encoding));
  if (result->parts.size() == 1) return result;

  result->parts = fill(encoding, *text, room_in_part(encoding, options.wide_reference));
  const size_t total = result->parts.size();
  if (total > kMaxParts) {
    return refuse(SplitProblem::TooLong,
                  "the text needs more than " + std::to_string(kMaxParts) + " parts");
  }
  const auto reference =
      static_cast<uint16_t>(options.wide_reference ? options.reference : options.reference & 0xFF);
  for (size_t i = 0; i < total; ++i) {
    result->parts[i].concatenation =
        Concatenation{reference, static_cast<uint8_t>(total), static_cast<uint8_t>(i + 1),
                      options.wide_reference};
  }
  return result;
}

}  // namespace tandem::carrier::text
