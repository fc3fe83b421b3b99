#include "telephony/sip/grammar.h"

#include <vector>

#include <doctest/doctest.h>

#include "telephony/sip/header_id.h"

namespace tandem::sip {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (const auto value = next_list_value(list)) out.emplace_back(*value);
  return out;
}

}  // namespace

TEST_CASE("numbers: digits only, within their bound") {
  CHECK(parse_number("0068", 255) == 68);
  CHECK(parse_number("255", 255) == 255);
  CHECK_FALSE(parse_number("256", 255));
  CHECK_FALSE(parse_number("", 255));
  CHECK_FALSE(parse_number("-1", 255));
  CHECK_FALSE(parse_number("+1", 255));
  CHECK_FALSE(parse_number("1 ", 255));
  CHECK_FALSE(parse_number("36893488147419103232", UINT64_MAX));
  CHECK(parse_number("18446744073709551615", UINT64_MAX) == UINT64_MAX);
  CHECK(parse_number("7", 8) == 7);
  CHECK_FALSE(parse_number("9", 8));
}

TEST_CASE("escapes: decoded, refused when broken, written for users") {
  CHECK(unescape("cal%6Cer") == "caller");
  CHECK(unescape("100%") == "100%");
  CHECK_FALSE(valid_escapes("%4"));
  CHECK_FALSE(valid_escapes("%zz"));
  CHECK(escape_user("a b@c") == "a%20b%40c");
  CHECK(escape_user("+15550100;x=1") == "+15550100;x=1");
}

TEST_CASE("quoted strings: pairs, folds, no end") {
  CHECK(unquote("\"a \\\"b\\\" \\\\\"") == "a \"b\" \\");
  CHECK(unquote("\"one\r\n two\"") == "one two");
  CHECK(unquote("plain") == "plain");
  CHECK(quote("say \"hi\"\r\nInjected: 1") == "\"say \\\"hi\\\"  Injected: 1\"");
  Cursor open("\"never ends");
  CHECK_FALSE(open.quoted());
  Cursor trap("\"ends in a pair\\\"");
  CHECK_FALSE(trap.quoted());
}

TEST_CASE("lists: commas in quotes and brackets do not count") {
  CHECK(split("a, b ,c") == std::vector<std::string>{"a", "b", "c"});
  CHECK(split("\"a,b\" <sip:x,y@z>, c") == std::vector<std::string>{"\"a,b\" <sip:x,y@z>", "c"});
  CHECK(split("a,") == std::vector<std::string>{"a", ""});
  CHECK(split("") == std::vector<std::string>{""});
}

TEST_CASE("header names: long, compact, any case") {
  CHECK(header_id("call-id") == HeaderId::CallId);
  CHECK(header_id("I") == HeaderId::CallId);
  CHECK(header_id("x") == HeaderId::SessionExpires);
  CHECK(header_id("X-Account") == HeaderId::Unknown);
  CHECK(header_id("z") == HeaderId::Unknown);
  for (int i = 1; i < static_cast<int>(HeaderId::Count); ++i) {
    const HeaderId id = static_cast<HeaderId>(i);
    CHECK(header_id(header_name(id)) == id);
  }
}

}  // namespace tandem::sip
