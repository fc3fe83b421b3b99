#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "contract/contract.h"

using namespace tandem;
using namespace tandem::contract;

namespace {

/// A contract whose one operation takes a body of that schema.
std::unique_ptr<Contract> contract_of(const std::string& schema, const std::string& components) {
  const std::string json =
      R"({"paths":{"/things":{"post":{"operationId":"Make","requestBody":{"content":)"
      R"({"application/json":{"schema":)" +
      schema + R"(}}},"responses":{"200":{}}}}},"components":{"schemas":{)" + components + "}}}";
  auto contract = Contract::from_json(json);
  REQUIRE_MESSAGE(contract.has_value(), (contract ? "" : contract.error().what));
  return std::move(*contract);
}

/// The problems of a document as "code pointer; code pointer".
std::string check(const std::string& schema, const std::string& text,
                  Direction direction = Direction::Request, const std::string& components = "") {
  const auto contract = contract_of(schema, components);
  const auto document = json::Document::parse(text);
  REQUIRE(document.has_value());
  std::vector<ErrorItem> problems;
  const Schema body = contract->operations()[0].bodies[0].schema;
  const bool fine = body.validate(document->root(), direction, problems);
  CHECK(fine == problems.empty());
  std::string out;
  for (const ErrorItem& item : problems) {
    CHECK_FALSE(item.detail.empty());
    out += (out.empty() ? "" : "; ") + item.code + " " + item.pointer;
  }
  return out;
}

struct Row {
  std::string schema;
  std::string text;
  std::string want;
};

void check_rows(std::initializer_list<Row> rows, Direction direction = Direction::Request) {
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    CAPTURE(row.text);
    CHECK(check(row.schema, row.text, direction) == row.want);
  }
}

}  // namespace

TEST_CASE("types") {
  check_rows({
      {R"({})", R"([1,"a",null])", ""},
      {R"({"type":"string"})", R"("a")", ""},
      {R"({"type":"string"})", R"(1)", "10026 "},
      {R"({"type":"string"})", R"(null)", "10026 "},
      {R"({"type":["string","null"]})", R"(null)", ""},
      {R"({"type":"integer"})", R"(1)", ""},
      {R"({"type":"integer"})", R"(1.5)", "10026 "},
      {R"({"type":"integer"})", R"("1")", "10026 "},
      {R"({"type":"number"})", R"(1)", ""},
      {R"({"type":"number"})", R"(1.5)", ""},
      {R"({"type":"boolean"})", R"(true)", ""},
      {R"({"type":"boolean"})", R"("true")", "10026 "},
      {R"({"type":"array"})", R"({})", "10026 "},
      {R"({"type":"object"})", R"([])", "10026 "},
      {R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}}}})",
       R"({"a":[1,"x",3,{}]})", "10026 /a/1; 10026 /a/3"},
      {R"({"type":"object","properties":{"a/b":{"type":"string"},"c~d":{"type":"string"}}})",
       R"({"a/b":1,"c~d":2})", "10026 /a~1b; 10026 /c~0d"},
      {R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"x":"a","y":1})",
       "10026 /y"},
  });
}

TEST_CASE("values") {
  check_rows({
      {R"({"type":"string","enum":["a","b"]})", R"("b")", ""},
      {R"({"type":"string","enum":["a","b"]})", R"("c")", "10032 "},
      {R"({"type":["string","null"],"enum":["a",null]})", R"(null)", ""},
      {R"({"type":"integer","enum":[8000,16000]})", R"(8000)", ""},
      {R"({"type":"integer","enum":[8000,16000]})", R"(8001)", "10032 "},
      {R"({"type":"integer","minimum":1,"maximum":3})", R"(1)", ""},
      {R"({"type":"integer","minimum":1,"maximum":3})", R"(0)", "10033 "},
      {R"({"type":"integer","minimum":1,"maximum":3})", R"(4)", "10033 "},
      {R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":100})", R"(0)", "10033 "},
      {R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":100})", R"(100)", "10033 "},
      {R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":100})", R"(0.1)", ""},
      {R"({"type":"integer","format":"int32"})", R"(2147483648)", "10033 "},
      {R"({"type":"string","minLength":2,"maxLength":3})", R"("a")", "10025 "},
      {R"({"type":"string","minLength":2,"maxLength":3})", R"("äöü")", ""},
      {R"({"type":"string","minLength":2,"maxLength":3})", R"("𝄞𝄞𝄞𝄞")", "10025 "},
      {R"({"type":"string","minLength":1})", R"("")", "10025 "},
      {R"({"type":"string","pattern":"^[A-Z]{2}$"})", R"("US")", ""},
      {R"({"type":"string","pattern":"^[A-Z]{2}$"})", R"("us")", "10015 "},
      {R"({"type":"string","pattern":"^[A-Z]{2}$"})", R"("US\n")", "10015 "},
      {R"({"type":"string","pattern":"^\\+1\\d{10}$"})", R"("12065550100")", "10016 "},
      {R"({"type":"array","minItems":1,"maxItems":2})", R"([])", "10033 "},
      {R"({"type":"array","minItems":1,"maxItems":2})", R"([1,2,3])", "10033 "},
      {R"({"type":"array","uniqueItems":true})", R"([1,2,1])", "10015 "},
      {R"({"type":"array","uniqueItems":true})", R"([1,2,"1"])", ""},
  });
}

TEST_CASE("formats") {
  const auto format = [](const std::string& name) {
    return R"({"type":"string","format":")" + name + "\"}";
  };
  check_rows({
      {format("uuid"), R"("6a09cdc3-8948-47f0-aa62-74ac943d6c58")", ""},
      {format("uuid"), R"("6a09cdc3-8948-47f0-aa62-74ac943d6c5g")", "10015 "},
      {format("uuid"), R"("")", "10015 "},
      {format("date-time"), R"("2020-02-02T22:25:27.521Z")", ""},
      {format("date-time"), R"("2020-02-02T22:25Z")", ""},
      {format("date-time"), R"("2020-02-02T22:25:27-00")", ""},
      {format("date-time"), R"("2020-02-02T22:25:27-0000")", ""},
      {format("date-time"), R"("2020-02-30T22:25:27Z")", "10015 "},
      {format("date-time"), R"("today")", "10015 "},
      {format("date"), R"("2020-02-29")", ""},
      {format("date"), R"("2020-02-30")", "10015 "},
      {format("date"), R"("2020-02-02T22:25:27Z")", "10015 "},
      {format("uri"), R"("https://example.com/hook?a=b")", ""},
      {format("uri"), R"("http://[::1]:8080/x")", ""},
      {format("uri"), R"("wss://example.com")", ""},
      {format("uri"), R"("sip:user@example.com")", ""},
      {format("uri"), R"("example.com/hook")", "10003 "},
      {format("uri"), R"("http://")", "10003 "},
      {format("uri"), R"("https:example.com")", "10003 "},
      {format("uri"), R"("http://example.com:99999/")", "10003 "},
      {format("uri"), R"("http://exa mple.com")", "10003 "},
      {format("uri"), R"("/relative")", "10003 "},
      {format("uri"), R"("")", "10003 "},
      {R"({"type":"string","format":"uri","default":""})", R"("")", ""},
      {R"({"type":["string","null"],"format":"uri"})", R"("")", ""},
      {format("e164"), R"("+13125550100")", ""},
      {format("e164"), R"("3125550100")", "10016 "},
      {format("e164"), R"("+0312")", "10016 "},
      {format("email"), R"("user@example.com")", ""},
      {format("email"), R"("user@localhost")", "10019 "},
      {format("email"), R"("us er@example.com")", "10019 "},
      {format("decimal"), R"("12.50")", ""},
      {format("decimal"), R"("-1")", ""},
      {format("decimal"), R"("1.")", "10015 "},
      {format("decimal"), R"("1e3")", "10015 "},
      {format("iso4217"), R"("USD")", ""},
      {format("iso4217"), R"("usd")", "10015 "},
      {format("json-pointer"), R"("/a/b")", ""},
      {format("json-pointer"), R"("a")", "10015 "},
      {format("address"), R"("anything")", ""},
  });
  CHECK(check(format("uri"), R"("/v2/next")", Direction::Answer).empty());
  CHECK(check(format("date-time"), R"("today")", Direction::Answer) == "10015 ");
  const std::string mail_date = R"("Fri, 11 Aug 2023 19:12:11 +0000")";
  CHECK(check(format("date-time"), mail_date, Direction::Answer).empty());
  CHECK(check(format("date-time"), mail_date) == "10015 ");
}

TEST_CASE("members") {
  const std::string schema = R"({"type":"object","required":["name","id","key"],"properties":{)"
                             R"("name":{"type":"string"},"id":{"type":"string","readOnly":true},)"
                             R"("key":{"type":"string","writeOnly":true}}})";
  struct Case {
    Direction direction;
    std::string text;
    std::string want;
  };
  const Case cases[] = {
      {Direction::Request, R"({"name":"a","key":"b"})", ""},
      {Direction::Request, R"({"name":"a","key":"b","id":7})", ""},
      {Direction::Request, R"({"name":"a","key":"b","unknown":{"x":1}})", ""},
      {Direction::Request, R"({})", "10004 /name; 10004 /key"},
      {Direction::Answer, R"({"name":"a","id":"b"})", ""},
      {Direction::Answer, R"({"name":"a"})", "10004 /id"},
      {Direction::Answer, R"({"name":"a","id":"b","key":"c"})", "10027 /key"},
      {Direction::Answer, R"({"name":"a","id":7})", "10026 /id"},
  };
  for (const Case& row : cases) {
    CAPTURE(row.text);
    CHECK(check(schema, row.text, row.direction) == row.want);
  }
  check_rows({
      {R"({"type":"object","additionalProperties":false,"properties":{"a":{}}})", R"({"b":1})",
       "10015 /b"},
      {R"({"type":"object","required":["x"]})", R"({})", "10004 /x"},
  });
}

TEST_CASE("members that are there twice") {
  check_rows({
      {R"({"type":"object","properties":{"a":{"type":"integer"}}})", R"({"a":1,"a":1})",
       "10015 /a"},
      {R"({"type":"object"})", R"({"z":1,"y":1,"z":2})", "10015 /z"},
      {R"({"type":"object"})", R"({"deep":[{"x":1,"x":2}]})", "10015 /deep/0/x"},
      {R"({"type":"object","properties":{"id":{"readOnly":true}}})", R"({"id":{"q":1,"q":2}})",
       "10015 /id/q"},
      {R"({})", R"([{"x":1,"x":2}])", "10015 /0/x"},
  });
}

TEST_CASE("alternatives") {
  const std::string text_or_list =
      R"({"oneOf":[{"type":"string","format":"e164"},{"type":"array","items":{"type":"string"}}]})";
  const std::string tools =
      R"({"oneOf":[{"type":"object","required":["type","hook"],"properties":{)"
      R"("type":{"type":"string","enum":["webhook"]},"hook":{"type":"object"}}},)"
      R"({"type":"object","required":["type","hangup","reason"],"properties":{)"
      R"("type":{"type":"string","enum":["hangup"]},"hangup":{"type":"object"}}}]})";
  check_rows({
      {text_or_list, R"("+13125550100")", ""},
      {text_or_list, R"(["a"])", ""},
      {text_or_list, R"(["a",2])", "10026 /1"},
      {text_or_list, R"("12")", "10016 "},
      {text_or_list, R"(12)", "10026 "},
      {text_or_list, R"(null)", "10026 "},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", R"(null)", ""},
      {tools, R"({"type":"webhook","hook":{}})", ""},
      {tools, R"({"type":"hangup"})", "10004 /hangup; 10004 /reason"},
      {tools, R"({"type":"hangup","hangup":1,"reason":""})", "10026 /hangup"},
  });
}

TEST_CASE("a discriminator's mapping picks the alternative") {
  const std::string components =
      R"("A":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}}},)"
      R"("B":{"type":"object","required":["y"]})";
  const std::string schema =
      R"({"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}],)"
      R"("discriminator":{"propertyName":"kind","mapping":{"a":"#/components/schemas/A"}}})";
  CHECK(check(schema, R"({"kind":"a","y":1})", Direction::Request, components) == "10004 /x");
  CHECK(check(schema, R"({"kind":"b","y":1})", Direction::Request, components).empty());
}

TEST_CASE("allOf and references are merged") {
  const std::string components =
      R"("Base":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},)"
      R"("child":{"$ref":"#/components/schemas/Whole"}}},)"
      R"("Whole":{"allOf":[{"$ref":"#/components/schemas/Base"},{"type":"object",)"
      R"("required":["n"],"properties":{"n":{"type":"integer","default":3}}}]},)"
      R"("Loop":{"oneOf":[{"type":"string"},{"type":"integer"}]})";
  const std::string schema = R"({"$ref":"#/components/schemas/Whole"})";
  const auto run = [&](const std::string& text) {
    return check(schema, text, Direction::Request, components);
  };
  CHECK(run(R"({"id":"a","n":1})").empty());
  CHECK(run(R"({"n":"x"})") == "10026 /n; 10004 /id");
  CHECK(run(R"({"id":"a","n":1,"child":{"id":"b","n":"x"}})") == "10026 /child/n");

  const auto contract =
      contract_of(R"({"type":"object","properties":{"w":{"$ref":"#/components/schemas/Whole"},)"
                  R"("l":{"$ref":"#/components/schemas/Loop","default":1}}})",
                  components);
  const Schema body = contract->operations()[0].bodies[0].schema;
  CHECK(body.kind() == Schema::Kind::Object);
  CHECK(body.member("w").name() == "Whole");
  CHECK(body.member("w").property_count() == 3);
  CHECK(body.member("w").required("id"));
  CHECK(body.member("w").required("n"));
  CHECK_FALSE(body.member("w").required("child"));
  CHECK(body.member("w").member("n").default_json() == "3");
  CHECK(body.member("w").member("child").member("child").member("n").kind() ==
        Schema::Kind::Integer);
  CHECK(body.member("l").default_json() == "1");
  CHECK(body.member("l").name() == "Loop");
  CHECK(body.member("l").kind() == Schema::Kind::Any);
  CHECK_FALSE(body.member("none"));
}

TEST_CASE("a schema shows what its alternatives have") {
  const auto contract = contract_of(
      R"({"type":"object","properties":{"t":{"oneOf":[{"type":"string","format":"date-time"},)"
      R"({"type":"object","properties":{"gt":{"type":"string"}}}]},)"
      R"("e":{"anyOf":[{"type":"string","enum":["a","b"]},{"type":"null"}]}}})",
      "");
  const Schema body = contract->operations()[0].bodies[0].schema;
  CHECK(body.member("t").kind() == Schema::Kind::Any);
  CHECK(body.member("t").member("gt").kind() == Schema::Kind::String);
  CHECK(body.member("e").kind() == Schema::Kind::String);
  CHECK(body.member("e").nullable());
  CHECK(body.member("e").enum_values().size() == 2);
}

TEST_CASE("no more problems than asked for") {
  const auto contract = contract_of(R"({"type":"array","items":{"type":"string"}})", "");
  std::string text = "[0";
  for (int i = 1; i < 100; ++i) text += ",1";
  const auto document = json::Document::parse(text + "]");
  std::vector<ErrorItem> problems;
  const Schema body = contract->operations()[0].bodies[0].schema;
  CHECK_FALSE(body.validate(document->root(), Direction::Request, problems, 3));
  CHECK(problems.size() == 3);
}

TEST_CASE("values that come as text") {
  struct Case {
    std::string schema;
    std::string text;
    std::string code;
  };
  const Case cases[] = {
      {R"({"type":"integer","maximum":9})", "7", ""},
      {R"({"type":"integer","maximum":9})", "10", "10033"},
      {R"({"type":"integer"})", "x", "10026"},
      {R"({"type":"integer"})", "1-2", "10026"},
      {R"({"type":"boolean"})", "true", ""},
      {R"({"type":"boolean"})", "yes", "10026"},
      {R"({"type":"string"})", "7", ""},
      {R"({"type":"string","enum":["a\"b"]})", "a\"b", ""},
      {R"({"type":"string","format":"uuid"})", "7", "10015"},
  };
  for (const Case& row : cases) {
    CAPTURE(row.text);
    const auto contract = contract_of(row.schema, "");
    std::vector<ErrorItem> problems;
    contract->operations()[0].bodies[0].schema.validate_text(row.text, "p", problems);
    CHECK((problems.empty() ? "" : problems[0].code) == row.code);
    if (!problems.empty()) {
      CHECK(problems[0].parameter == "p");
      CHECK(problems[0].pointer.empty());
    }
  }
}

TEST_CASE("a broken contract does not load") {
  for (const std::string json : {
           R"(nothing)",
           R"({"paths":{"/a":{"get":{"parameters":[{"$ref":"#/components/parameters/X"}]}}}})",
           R"({"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":)"
           R"({"schema":{"type":"string","pattern":"("}}}}}}}}})",
           R"({"paths":{"a":{"get":{}}}})",
           R"({"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":)"
           R"({"schema":{"$ref":"#/components/schemas/A"}}}}}}}},"components":{"schemas":)"
           R"({"A":{"$ref":"#/components/schemas/A"}}}})",
           R"({"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":)"
           R"({"schema":{"$ref":"#/components/schemas/A"}}}}}}}},"components":{"schemas":)"
           R"({"A":{"allOf":[{"$ref":"#/components/schemas/A"}]}}}})",
       }) {
    CAPTURE(json);
    CHECK_FALSE(Contract::from_json(json).has_value());
  }
}

TEST_CASE("the contract's examples of requests fit their own fields") {
  const auto contract = Contract::load();
  REQUIRE(contract.has_value());
  const auto good = json::Document::parse(
      R"({"from":"+13125550100","to":"+13125550101","text":"hi","media_urls":["https://a.b/c.png"]})");
  const auto bad = json::Document::parse(
      R"({"from":"+13125550100","to":1,"media_urls":["nowhere"],"type":"FAX"})");
  const Operation* send = (*contract)->find(Verb::Post, "/messages");
  REQUIRE(send);
  std::vector<ErrorItem> problems;
  CHECK(send->bodies[0].schema.validate(good->root(), Direction::Request, problems));
  CHECK_FALSE(send->bodies[0].schema.validate(bad->root(), Direction::Request, problems));
  std::string seen;
  for (const ErrorItem& item : problems) seen += item.code + item.pointer + " ";
  CHECK(seen == "10026/to 10003/media_urls/0 10032/type ");
}
