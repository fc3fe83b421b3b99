#include <string>

#include <doctest/doctest.h>

#include "carrier/text/data_coding.h"
#include "carrier/text/gsm7.h"
#include "carrier/text/septets.h"
#include "carrier/text/transliterate.h"
#include "carrier/text/ucs2.h"
#include "carrier/text/udh.h"
#include "carrier/text/utf8.h"

using namespace tandem::carrier::text;
using namespace std::string_literals;

namespace {

std::string gsm(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    const auto code = gsm_code(c);
    REQUIRE(code.has_value());
    append_gsm(out, *code);
  }
  return out;
}

}  // namespace

TEST_CASE("valid UTF-8 of each length is read and written back") {
  const std::string text = "a\xC2\x80\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF";
  const auto read = decode_utf8(text, 10);
  REQUIRE(read);
  CHECK(*read == U"a\u0080\u20AC\U0001F600\U0010FFFF");
  std::string again;
  for (const char32_t c : *read) append_utf8(again, c);
  CHECK(again == text);
}

TEST_CASE("invalid UTF-8 is an error value") {
  for (const std::string& bad :
       {"\x80"s, "\xC3"s, "\xC0\xAF"s, "\xE0\x80\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s,
        "\xF8\x88\x80\x80\x80"s, "\xFF"s, "\xE2\x28\xA1"s, "\xF0\x9F\x98"s, "a\xC3("s}) {
    CAPTURE(bad.size());
    CHECK_FALSE(decode_utf8(bad, 100));
  }
  CHECK_FALSE(decode_utf8("abc", 2));
  CHECK(decode_utf8("abc", 3));
}

TEST_CASE("the whole GSM alphabet goes there and back") {
  size_t basic = 0;
  size_t extended = 0;
  for (char32_t c = 0; c < 0x3000; ++c) {
    const auto code = gsm_code(c);
    if (!code) continue;
    (code->extended ? extended : basic) += 1;
    std::string bytes;
    append_gsm(bytes, *code);
    CHECK(bytes.size() == code->size());
    std::string utf8;
    append_utf8(utf8, c);
    CHECK(decode_gsm7(bytes) == utf8);
  }
  CHECK(basic == 127);  // all but the escape
  CHECK(extended == 10);
}

TEST_CASE("known GSM codes") {
  CHECK(gsm(U"@$_") == "\x00\x02\x11"s);
  CHECK(gsm(U"ÄÖÑÜ§¿") == "\x5B\x5C\x5D\x5E\x5F\x60"s);
  CHECK(gsm(U"€[") == "\x1B\x65\x1B\x3C"s);
  CHECK(gsm(U"Çø") == "\x09\x0C"s);
  CHECK_FALSE(gsm_code(U'ç'));
  CHECK_FALSE(gsm_code(U'`'));
  CHECK_FALSE(gsm_code(0x1B));
  CHECK_FALSE(gsm_code(0x1F600));
}

TEST_CASE("GSM from a careless sender is read as the standard asks") {
  CHECK(decode_gsm7("\x1B\x41"s) == "A");       // unknown extension
  CHECK(decode_gsm7("\x1B\x1B\x42"s) == " B");  // reserved for another table
  CHECK(decode_gsm7("C\x1B"s) == "C ");
  CHECK(decode_gsm7("\x80\x44"s) ==
        "\xEF\xBF\xBD"
        "D");
}

TEST_CASE("national tables are read where a header announces them") {
  CHECK(decode_gsm7("\x1B\x53\x1B\x69\x1B\x65\x1B\x3C"s, {0, 1}) == "Şı€[");
  CHECK(decode_gsm7("\x0B\x07\x04\x60\x41"s, {1, 0}) == "Ğı€çA");
  CHECK(decode_gsm7("d\x1B\x61s \x1B\x09"s, {0, 2}) == "dás ç");
  CHECK(decode_gsm7("n\x7Bo \x06 \x1B\x7C"s, {3, 3}) == "não ú õ");
  CHECK(decode_gsm7("\x0B\x1B\x53"s, {9, 9}) == "ØS");  // a language that is not read
}

TEST_CASE("UCS-2 with surrogates") {
  std::string bytes;
  append_ucs2(bytes, U'Ж');
  append_ucs2(bytes, U'\U0001F600');
  CHECK(bytes == "\x04\x16\xD8\x3D\xDE\x00"s);
  CHECK(decode_ucs2(bytes) == "Ж😀");
  CHECK(decode_ucs2("\xFE\xFF\x00\x41"s) == "A");
  CHECK(decode_ucs2("\xFF\xFE\x41\x00"s) == "A");
  CHECK(decode_ucs2("\xD8\x3D\x00\x41"s) ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(decode_ucs2("\xDE\x00\x00\x41"s) ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(decode_ucs2("\x00\x41\x00"s) == "A\xEF\xBF\xBD");
  CHECK(decode_ucs2("\xD8\x3D"s) == "\xEF\xBF\xBD");
  CHECK(decode_ucs2("") == "");
}

TEST_CASE("septets are packed as in the standard's example") {
  CHECK(pack_septets("hello") == "\xE8\x32\x9B\xFD\x06"s);
  CHECK(unpack_septets("\xE8\x32\x9B\xFD\x06", 5).value() == "hello");
  std::string all;
  for (int i = 0; i < 128; ++i) all += static_cast<char>(i);
  for (unsigned fill = 0; fill < 7; ++fill) {
    for (size_t size = 0; size <= all.size(); ++size) {
      const std::string packed = pack_septets(all.substr(0, size), fill);
      CHECK(packed.size() == (size * 7 + fill + 7) / 8);
      CHECK(unpack_septets(packed, size, fill).value() == all.substr(0, size));
    }
  }
  CHECK_FALSE(unpack_septets("abc", 4));
  CHECK_FALSE(unpack_septets(std::string(300, 'a'), 256));
  CHECK(fill_bits_after(6) == 1);
  CHECK(fill_bits_after(7) == 0);
}

TEST_CASE("smart encoding replaces typography, not letters") {
  CHECK(*transliterate(U"“Déjà” – it’s…") == U"\"Déjà\" - it's...");
  CHECK(*transliterate(U"ÀÎÔ ŁÓDŹ Œuvre") == U"AIO LODZ OEuvre");
  CHECK(*transliterate(U"Ｆｕｌｌ！～") == U"Full!~");
  CHECK(*transliterate(U"a\u00A0b\u200Bc\uFEFF") == U"a bc");
  CHECK_FALSE(transliterate(U"naïve ô"));
  CHECK_FALSE(transliterate(U"😀"));
}

TEST_CASE("every stand-in is in the GSM alphabet itself") {
  size_t found = 0;
  for (char32_t c = 0; c <= 0xFFFF; ++c) {
    const auto text = gsm_stand_in(c);
    if (!text) continue;
    ++found;
    for (const char32_t replacement : *text) CHECK(gsm_code(replacement).has_value());
  }
  CHECK(found > 200);
}

TEST_CASE("user data headers are read") {
  auto header = parse_header("\x05\x00\x03\x2A\x03\x02rest"s);
  REQUIRE(header);
  CHECK(header->bytes == 6);
  CHECK(header->concatenation == Concatenation{0x2A, 3, 2, false});

  header = parse_header("\x06\x08\x04\x12\x34\x02\x01"s);
  REQUIRE(header);
  CHECK(header->concatenation == Concatenation{0x1234, 2, 1, true});

  // Ports, an unknown element, a national table, and a concatenation that comes last.
  header = parse_header(
      "\x11\x05\x04\x0B\x84\x23\xF0\x70\x01\x09\x24\x01\x01\x00\x03\x07\x01\x01"s + "x");
  REQUIRE(header);
  CHECK(header->ports == Ports{2948, 9200});
  CHECK(header->national == NationalTables{0, 1});
  CHECK(header->concatenation == Concatenation{7, 1, 1, false});
}

TEST_CASE("broken user data headers are refused, impossible parts ignored") {
  for (const std::string& bad : {""s, "\x05\x00\x03"s, "\x01\x00"s, "\x02\x00\x03"s, "\xFF"s}) {
    CAPTURE(bad.size());
    CHECK_FALSE(parse_header(bad));
  }
  for (const std::string& odd : {"\x05\x00\x03\x01\x02\x03"s, "\x05\x00\x03\x01\x00\x00"s,
                                 "\x05\x00\x03\x01\x02\x00"s, "\x04\x00\x02\x01\x02"s}) {
    const auto header = parse_header(odd);
    REQUIRE(header);
    CHECK_FALSE(header->concatenation);
  }
  const auto empty = parse_header("\0abc"s);
  REQUIRE(empty);
  CHECK(empty->bytes == 1);
}

TEST_CASE("headers that we write can be read") {
  for (const Concatenation& part :
       {Concatenation{255, 2, 2, false}, Concatenation{0, 255, 1, true}}) {
    const std::string bytes = write_header(part);
    CHECK(bytes.size() == header_bytes(part.wide));
    CHECK(parse_header(bytes)->concatenation == part);
  }
}

TEST_CASE("data codings name their alphabet") {
  CHECK(alphabet_of(0) == Alphabet::Gsm7);
  CHECK(alphabet_of(0, Alphabet::Latin1) == Alphabet::Latin1);
  CHECK(alphabet_of(1) == Alphabet::Ascii);
  CHECK(alphabet_of(3) == Alphabet::Latin1);
  CHECK(alphabet_of(4) == Alphabet::Binary);
  CHECK(alphabet_of(8) == Alphabet::Ucs2);
  CHECK(alphabet_of(0x18) == Alphabet::Ucs2);  // with message class 0: a flash text
  CHECK(alphabet_of(0x10) == Alphabet::Gsm7);
  CHECK(alphabet_of(0xF0) == Alphabet::Gsm7);
  CHECK(alphabet_of(0xF5) == Alphabet::Binary);
  CHECK(alphabet_of(0xE0) == Alphabet::Ucs2);
  CHECK(decode_text(Alphabet::Latin1, "\xE9") == "é");
  CHECK(decode_text(Alphabet::Ascii, "A\xE9") == "A\xEF\xBF\xBD");
  CHECK(decode_text(Alphabet::Ascii, "a@b [1]\r\n") == "a@b [1]\r\n");
  CHECK(decode_text(Alphabet::Ascii, "\x1B\x65 a\x00\x62"s) == "€ a@b");
  CHECK(decode_text(Alphabet::Binary, "abc") == "");
}
