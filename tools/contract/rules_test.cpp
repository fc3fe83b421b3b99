#include <string>

#include <doctest/doctest.h>

#include "merge.h"
#include "names.h"
#include "normalise.h"
#include "output.h"
#include "references.h"
#include "schema_rules.h"
#include "yaml.h"

using namespace tandem;
using namespace tandem::contract_tool;

namespace {

std::string joined(const Problems& problems) {
  std::string out;
  for (const std::string& problem : problems.all()) out += problem + "\n";
  return out;
}

/// Runs a file through everything; gives what is wrong with it.
std::string problems_of(const std::string& yaml) {
  auto content = parse_yaml(yaml);
  if (!content) return content.error().what;
  Problems problems;
  json::Value contract = merge({{"product", std::move(*content)}}, problems);
  normalise(contract, problems);
  check_references(contract, problems);
  return joined(problems);
}

/// A path with one operation that has these further lines.
std::string operation(const std::string& lines, const std::string& head = "operationId: GetA") {
  return "paths:\n  /a:\n    get:\n      " + head +
         "\n      summary: Get it\n      responses:\n        '200': {}\n" + lines;
}

}  // namespace

TEST_CASE("scalars of YAML") {
  struct Row {
    std::string yaml;
    std::string json;
  };
  const Row rows[] = {
      {"1", "1"},
      {"-12", "-12"},
      {"+7", "7"},
      {"'1'", "\"1\""},
      {"0866", "\"0866\""},
      {"081932214823362973", "\"081932214823362973\""},
      {"1.5", "1.5"},
      {"1e3", "\"1e3\""},
      {"true", "true"},
      {"'true'", "\"true\""},
      {"yes", "\"yes\""},
      {"null", "null"},
      {"~", "null"},
      {"''", "\"\""},
      {"2024-05-01", "\"2024-05-01\""},
      {"[a, 1]", "[\"a\",1]"},
      {"{a: b}", "{\"a\":\"b\"}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.yaml);
    const auto value = parse_yaml(row.yaml);
    REQUIRE(value.has_value());
    CHECK(value->text() == row.json);
  }
  CHECK_FALSE(parse_yaml("a: 1\na: 2").has_value());
  CHECK_FALSE(parse_yaml("!odd x").has_value());
  CHECK_FALSE(parse_yaml("[1").has_value());
}

TEST_CASE("enumerators") {
  CHECK(enumerator("ListOrders") == "ListOrders");
  CHECK(enumerator("dialCall") == "DialCall");
  CHECK(enumerator("list_orders_v2") == "ListOrdersV2");
  CHECK(enumerator("get_a__b_get") == "GetABGet");
  CHECK(enumerator("2fa").empty());
  CHECK(enumerator("--").empty());
}

TEST_CASE("schemas take one form") {
  struct Row {
    std::string from;
    std::string to;
  };
  const Row rows[] = {
      {R"({"type":"string","nullable":true})", R"({"type":["string","null"]})"},
      {R"({"type":"string","nullable":false})", R"({"type":"string"})"},
      {R"({"type":"integer","default":null})", R"({"type":["integer","null"],"default":null})"},
      {R"({"type":"string","enum":["a"],"nullable":true})",
       R"({"type":["string","null"],"enum":["a",null]})"},
      {R"({"anyOf":[{"type":"string"}],"nullable":true})",
       R"({"anyOf":[{"type":"string"},{"type":"null"}]})"},
      {R"({"type":"string","default":"null"})", R"({"type":"string"})"},
      {R"({"type":"string","default":false})", R"({"type":"string","default":"false"})"},
      {R"({"type":"string","format":"+E.164"})", R"({"type":"string","format":"e164"})"},
      {R"({"type":"string","format":"E.164"})", R"({"type":"string","format":"e164"})"},
      {R"({"type":"string","format":"E164"})", R"({"type":"string","format":"e164"})"},
      {R"({"type":"string","format":"url"})", R"({"type":"string","format":"uri"})"},
      {R"({"type":"string","format":"integer"})", R"({"type":"string"})"},
      {R"({"type":"string","format":"boolean"})", R"({"type":"string","enum":["true","false"]})"},
      {R"({"type":"number","minimum":0,"exclusiveMinimum":true})",
       R"({"type":"number","exclusiveMinimum":0})"},
      {R"({"type":"integer","default":1,"minimum":1,"exclusiveMinimum":true})",
       R"({"type":"integer","default":1,"minimum":1})"},
      {R"({"items":{"type":"string","nullable":true},"type":"array"})",
       R"({"items":{"type":["string","null"]},"type":"array"})"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from);
    auto schema = json::Value::parse(row.from);
    REQUIRE(schema.has_value());
    Problems problems;
    normalise_schema(*schema, "here", problems);
    CHECK(joined(problems).empty());
    CHECK(*schema == *json::Value::parse(row.to));
  }
}

TEST_CASE("what a contract may not have") {
  struct Row {
    std::string yaml;
    std::string problem;  // a part of it; empty: none
  };
  const std::string body =
      "      requestBody:\n        content:\n          application/json:\n"
      "            schema: ";
  const Row rows[] = {
      {operation(""), ""},
      {operation("", "tags: [A]"), "has no operationId"},
      {"paths:\n  /a:\n    get:\n      operationId: A\n      responses:\n        '200': {}\n",
       "has no summary"},
      {"paths:\n  /a:\n    get:\n      operationId: A\n      summary: s\n", "has no answers"},
      {operation("      colour: red\n"), "the key \"colour\" is not known"},
      {operation(body + "{type: string, colour: red}\n"), "the keyword \"colour\" is not known"},
      {operation(body + "{type: text}\n"), "the type \"text\" is not known"},
      {operation(body + "{type: string, format: colour}\n"), "the format \"colour\" is not known"},
      {operation(body + "{type: object, required: true}\n"), "is not a list of names"},
      {operation(body + "{$ref: '#/components/schemas/A'}\n"), "which is not there"},
      {operation(body + "{enum: [a], nullable: true}\n"), "nullable stands beside neither"},
      {operation("    post:\n      operationId: get_a\n      summary: s\n      responses:\n"
                 "        '200': {}\n"),
       "its operationId is that of product: GET /a"},
      {operation("        ok: {}\n"), "\"ok\" is not a status"},
      {operation("      parameters:\n      - {in: path, name: id, schema: {type: string}}\n"),
       "the path parameters differ"},
      {operation("      parameters:\n      - {in: cookie, name: id, schema: {type: string}}\n"),
       "is in neither path, query nor header"},
      {operation("components:\n  things:\n    A: {}\n"), "components of that kind"},
      {operation("servers: []\n"), "the section \"servers\" is not known"},
      {"webhooks:\n  hook:\n    get: {}\n", "is not one POST"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.yaml);
    const std::string problems = problems_of(row.yaml);
    if (row.problem.empty()) {
      CHECK(problems.empty());
    } else {
      CHECK(problems.find(row.problem) != std::string::npos);
    }
  }
}

TEST_CASE("files are merged") {
  Problems problems;
  const auto one = *parse_yaml(operation("components:\n  schemas:\n    A: {}\n"));
  const auto two = *parse_yaml("paths:\n  /a:\n    post: {}\n  /b:\n    get: {}\n");
  const json::Value contract = merge({{"one", one}, {"two", two}}, problems);
  CHECK(problems.empty());
  CHECK(contract["paths"]["/a"]["get"]["x-product"].string() == "one");
  CHECK(contract["paths"]["/a"]["post"]["x-product"].string() == "two");
  const json::Value again = merge({{"one", one}, {"two", one}}, problems);
  CHECK(joined(problems) ==
        "two: /a: \"get\" stands there already\n"
        "two: components/schemas: \"A\" stands there already\n");
}

TEST_CASE("parameters of a path go to its operations") {
  Problems problems;
  const auto yaml = *parse_yaml(
      "paths:\n  /a/{id}:\n    parameters:\n    - {in: path, name: id, schema: {}}\n    get:\n"
      "      operationId: A\n      summary: s\n      responses:\n        '200': {}\n");
  json::Value contract = merge({{"one", yaml}}, problems);
  normalise(contract, problems);
  CHECK(joined(problems).empty());
  const json::Value& get = contract["paths"]["/a/{id}"]["get"];
  REQUIRE(get["parameters"].items().size() == 1);
  CHECK(get["parameters"].items()[0]["required"].boolean());
  CHECK(get["responses"]["200"]["description"].string() == "OK");
}

TEST_CASE("parameters of one name are joined where that makes sense") {
  const std::string filters =
      "      parameters:\n"
      "      - {in: query, name: filter, style: deepObject, schema: {type: object, properties: {a: "
      "{}}}}\n"
      "      - {in: query, name: filter, style: deepObject, schema: {type: object, properties: {b: "
      "{}}}}\n";
  Problems problems;
  json::Value contract = merge({{"one", *parse_yaml(operation(filters))}}, problems);
  normalise(contract, problems);
  CHECK(joined(problems).empty());
  const json::Value& get = contract["paths"]["/a"]["get"];
  REQUIRE(get["parameters"].items().size() == 1);
  CHECK(get["parameters"].items()[0]["schema"]["properties"].members().size() == 2);
  CHECK(problems_of(operation("      parameters:\n      - {in: query, name: a, schema: {}}\n"
                              "      - {in: query, name: a, schema: {}}\n"))
            .find("has the parameter \"a\" twice") != std::string::npos);
}

TEST_CASE("pending operations and the header") {
  Problems problems;
  json::Value contract = merge({{"one", *parse_yaml(operation(""))}}, problems);
  normalise(contract, problems);
  CHECK(read_pending(*parse_yaml("pending:\n  one: [GetA]\n"), contract, problems).text() ==
        "[\"GetA\"]");
  CHECK(problems.empty());
  CHECK(read_pending(nullptr, contract, problems).text() == "[]");
  read_pending(*parse_yaml("pending:\n  two: [GetA]\n  one: [GetB]\n"), contract, problems);
  CHECK(problems.all().size() == 2);
  const std::string header = operations_header(contract);
  CHECK(header.find("  GetA,  // get /a\n") != std::string::npos);
  CHECK(header.find("kOperationCount = 1;") != std::string::npos);
}
