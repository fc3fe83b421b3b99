#include "carrier/text/segments.h"

#include <string>

#include <doctest/doctest.h>

#include "carrier/text/data_coding.h"

using namespace tandem::carrier::text;
using namespace std::string_literals;

namespace {

std::string repeat(std::string_view what, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += what;
  return out;
}

Segmentation parts_of(const std::string& text, SplitOptions options = {}) {
  auto result = split(text, options);
  REQUIRE(result.has_value());
  return *result;
}

/// The parts read one by one: nothing may be lost or cut between two of them.
std::string read_back(const Segmentation& text) {
  std::string out;
  const auto alphabet = alphabet_of(coding_of(text.encoding));
  for (const Part& part : text.parts) out += decode_text(alphabet, part.bytes);
  return out;
}

struct Row {
  std::string text;
  std::string_view encoding;
  size_t parts;
};

}  // namespace

TEST_CASE("alphabet and number of parts at each limit") {
  const Row rows[] = {
      {"", "GSM-7", 1},
      {"Hello", "GSM-7", 1},
      {repeat("a", 160), "GSM-7", 1},
      {repeat("a", 161), "GSM-7", 2},
      {repeat("a", 306), "GSM-7", 2},
      {repeat("a", 307), "GSM-7", 3},
      {repeat("€", 80), "GSM-7", 1},
      {repeat("€", 81), "GSM-7", 2},
      // A part has 153 septets, an extension character needs two: one septet stays empty.
      {repeat("€", 152), "GSM-7", 2},
      {repeat("€", 153), "GSM-7", 3},
      {repeat("ж", 70), "UCS-2", 1},
      {repeat("ж", 71), "UCS-2", 2},
      {repeat("ж", 134), "UCS-2", 2},
      {repeat("ж", 135), "UCS-2", 3},
      {repeat("😀", 35), "UCS-2", 1},
      {repeat("😀", 36), "UCS-2", 2},
      // 67 units hold 33 pairs.
      {repeat("😀", 66), "UCS-2", 2},
      {repeat("😀", 67), "UCS-2", 3},
      {"ç", "UCS-2", 1},
      {repeat("a", 159) + "\n", "GSM-7", 1},
      {repeat("a", 69) + "’", "UCS-2", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Segmentation text = parts_of(row.text);
    CHECK(name_of(text.encoding) == row.encoding);
    CHECK(text.parts.size() == row.parts);
    CHECK_FALSE(text.transliterated);
    CHECK(read_back(text) == row.text);
    for (const Part& part : text.parts) {
      CHECK(part.concatenation.has_value() == (row.parts > 1));
      const size_t unit = text.encoding == Encoding::Gsm7 ? 1 : 2;
      const size_t room =
          row.parts > 1 ? room_in_part(text.encoding, false) : room_alone(text.encoding);
      CHECK(part.bytes.size() <= room * unit);
    }
  }
}

TEST_CASE("room in a part") {
  CHECK(room_in_part(Encoding::Gsm7, false) == 153);
  CHECK(room_in_part(Encoding::Gsm7, true) == 152);
  CHECK(room_in_part(Encoding::Ucs2, false) == 67);
  CHECK(room_in_part(Encoding::Ucs2, true) == 66);
}

TEST_CASE("characters stay whole across parts") {
  // The extension character would straddle the cut at 153.
  Segmentation text = parts_of(repeat("a", 152) + "€" + repeat("b", 20));
  REQUIRE(text.parts.size() == 2);
  CHECK(text.parts[0].bytes == repeat("a", 152));
  CHECK(text.parts[1].bytes == "\x1B\x65" + repeat("b", 20));

  text = parts_of(repeat("ж", 66) + "😀" + repeat("ж", 10));
  REQUIRE(text.parts.size() == 2);
  CHECK(text.parts[0].bytes.size() == 66 * 2);
  CHECK(text.parts[1].bytes.substr(0, 4) == "\xD8\x3D\xDE\x00"s);
}

TEST_CASE("parts carry their header") {
  Segmentation text = parts_of(repeat("a", 400), {Preference::Auto, 0x1234, false});
  REQUIRE(text.parts.size() == 3);
  CHECK(text.parts[2].header() == "\x05\x00\x03\x34\x03\x03"s);
  text = parts_of(repeat("a", 400), {Preference::Auto, 0x1234, true});
  CHECK(text.parts[0].header() == "\x06\x08\x04\x12\x34\x03\x01"s);
  CHECK(parts_of("a").parts[0].header().empty());
}

TEST_CASE("smart encoding only where it makes the text GSM") {
  const SplitOptions smart{Preference::Smart, 0, false};
  Segmentation text = parts_of("“It’s 5 – 6”", smart);
  CHECK(text.encoding == Encoding::Gsm7);
  CHECK(text.transliterated);
  CHECK(read_back(text) == "\"It's 5 - 6\"");

  text = parts_of("“It’s” 😀", smart);
  CHECK(text.encoding == Encoding::Ucs2);
  CHECK_FALSE(text.transliterated);
  CHECK(read_back(text) == "“It’s” 😀");

  text = parts_of("plain", smart);
  CHECK_FALSE(text.transliterated);
}

TEST_CASE("an alphabet can be asked for") {
  CHECK(parts_of("abc", {Preference::Ucs2, 0, false}).encoding == Encoding::Ucs2);
  const auto refused = split("10 ж", {Preference::Gsm7, 0, false});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().problem == SplitProblem::NotInAlphabet);
  CHECK(refused.error().what.find("U+0436") != std::string::npos);
  CHECK(split("😀", {Preference::Gsm7, 0, false}).error().what.find("U+01F600") !=
        std::string::npos);
}

TEST_CASE("what cannot be sent is an error value") {
  CHECK(split("\xFF").error().problem == SplitProblem::InvalidUtf8);
  CHECK(split(repeat("a", kMaxParts * 153)).has_value());
  CHECK(split(repeat("a", kMaxParts * 153 + 1)).error().problem == SplitProblem::TooLong);
  CHECK(split(repeat("ж", kMaxParts * 67 + 1)).error().problem == SplitProblem::TooLong);
  CHECK(split(std::string(1 << 20, 'a')).error().problem == SplitProblem::TooLong);
}
