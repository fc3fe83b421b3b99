#include "core/json.h"

#include <utility>

#include <doctest/doctest.h>

namespace tandem::json {
namespace {

Document parsed(std::string_view text) {
  auto document = Document::parse(text);
  REQUIRE_MESSAGE(document.has_value(), text);
  return std::move(*document);
}

TEST_CASE("a View reads what is there and null where nothing is") {
  const auto document = parsed(
      R"({"name":"Jo \"x\" \u00e9","n":-7,"f":2.5,"yes":true,"none":null,"list":[1,[2],{"a":3}],)"
      R"("deep":{"er":{"est":"found"}},"big":18446744073709551615})");
  const View root = document.root();
  CHECK(root["name"].string() == "Jo \"x\" é");
  CHECK(root["n"].integer() == -7);
  CHECK(root["n"].number() == -7.0);
  CHECK(root["f"].number() == 2.5);
  CHECK(root["f"].integer(9) == 9);
  CHECK(root["yes"].boolean());
  CHECK(root["none"].exists());
  CHECK(root["none"].is_null());
  CHECK_FALSE(root["missing"].exists());
  CHECK(root["missing"]["further"].string("fallback") == "fallback");
  CHECK(root.at_path("deep.er.est").string() == "found");
  CHECK_FALSE(root.at_path("deep.no.est").exists());
  CHECK(root["list"].size() == 3);
  CHECK(root.size() == 8);
  std::string items;
  for (const View item : root["list"].items()) items += item.text() + ";";
  CHECK(items == "1;[2];{\"a\":3};");
}

TEST_CASE("text() gives minified JSON that reads back the same") {
  for (const std::string_view text :
       {R"({"a":[],"b":{},"c":[1,-2,3.5,"x",true,false,null]})", R"([])", R"("\u0001\n\t\\\"")",
        R"(18446744073709551615)", R"(0)"}) {
    CHECK(parsed(text).root().text() == text);
    CHECK(Value::parse(text).has_value());
  }
}

TEST_CASE("what is not JSON is refused") {
  const std::string deep = std::string(kMaxDepth + 8, '[') + std::string(kMaxDepth + 8, ']');
  for (const std::string_view text : std::initializer_list<std::string_view>{
           "", " ", "{", "{\"a\":}", "[1,]", "{'a':1}", "nul", "1 2", "\"\xff\"", "\"a",
           "{\"a\" 1}", "123456789012345678901234567890", deep}) {
    CHECK_MESSAGE(!Document::parse(text).has_value(), text);
  }
  const std::string fine = std::string(40, '[') + std::string(40, ']');
  CHECK(Document::parse(fine).has_value());
}

TEST_CASE("a document may outlive others and be moved") {
  Document first = parsed(R"({"a":"first"})");
  {
    const Document second = parsed(R"({"a":"second"})");
    CHECK(second.root()["a"].string() == "second");
  }
  const Document third = parsed(R"({"a":"third"})");
  const Document moved = std::move(first);
  CHECK(moved.root()["a"].string() == "first");
  CHECK(third.root()["a"].string() == "third");
}

TEST_CASE("the Writer puts commas and escapes where they belong") {
  std::string out;
  Writer w(out);
  w.object().member("s", "q\"\n\x01").member("i", 5).member("d", 5.0).member("b", false);
  w.member("z", nullptr).key("list").array().value(1).value("two").object().end().end();
  w.raw_member("raw", "[7]").end();
  CHECK(out ==
        R"({"s":"q\"\n\u0001","i":5,"d":5.0,"b":false,"z":null,"list":[1,"two",{}],"raw":[7]})");
}

TEST_CASE("what needs an escape is found wherever it stands, and nothing else is") {
  for (int c = 0; c < 256; ++c) {
    for (size_t at = 0; at < 18; ++at) {
      std::string text(18, 'x');
      text[at] = static_cast<char>(c);
      std::string out;
      append_quoted(out, text);
      const bool escaped = c < 0x20 || c == '"' || c == '\\';
      CHECK(out.substr(0, at + 1) == "\"" + text.substr(0, at));
      CHECK((out[at + 1] == '\\') == escaped);
      if (!escaped) CHECK(out == "\"" + text + "\"");
      if (c < 0x80) CHECK(parsed(out).root().string() == text);
    }
  }
  std::string out;
  append_quoted(out, {});
  CHECK(out == "\"\"");
}

TEST_CASE("a Value is built, changed and compared") {
  Value v = Value::object({{"id", "1"}, {"n", 3}});
  v.member("nested").set("flag", true);
  v.member("tags").push("a");
  v.set("id", "2");
  CHECK(v.text() == R"({"id":"2","n":3,"nested":{"flag":true},"tags":["a"]})");
  CHECK(v.at_path("nested.flag").boolean());
  CHECK(v["missing"].is_null());
  CHECK(v.members().erase("n"));
  CHECK_FALSE(v.members().erase("n"));
  const auto same = Value::parse(R"({"tags":["a"],"nested":{"flag":true},"id":"2"})");
  REQUIRE(same.has_value());
  CHECK(v == *same);
  CHECK_FALSE(v == Value::object({{"id", "2"}}));
  CHECK(Value(1) == Value(1.0));
  CHECK_FALSE(Value(1) == Value("1"));
}

}  // namespace
}  // namespace tandem::json
