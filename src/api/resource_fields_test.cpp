#include "api/resource_fields.h"

#include <doctest/doctest.h>

#include "api/resource_dates.h"
#include "api/testing.h"

namespace tandem::api {
namespace {

json::Value parsed(std::string_view text) { return json::Value::parse(text).value(); }

/// A document with a default, a nullable member, and a nested object of both.
std::vector<FieldPlan> fields() {
  FieldPlan name;
  name.name = "name";
  FieldPlan active;
  active.name = "active";
  active.has_default = true;
  active.default_value = true;
  FieldPlan note;
  note.name = "note";
  note.nullable = true;
  FieldPlan format;
  format.name = "format";
  format.has_default = true;
  format.default_value = "+e164";
  FieldPlan limit;
  limit.name = "limit";
  limit.nullable = true;
  FieldPlan nested;
  nested.name = "inbound";
  nested.merges = true;
  nested.members = {format, limit};
  return {name, active, note, nested};
}

TEST_CASE("missing members get their default, null or nested defaults") {
  json::Value document = parsed(R"({"name":"n"})");
  complete(document, fields());
  CHECK(document.text() ==
        R"({"name":"n","active":true,"note":null,"inbound":{"format":"+e164","limit":null}})");
}

TEST_CASE("a nested object is not made when its defaults are not enough") {
  std::vector<FieldPlan> plan = fields();
  FieldPlan needed;
  needed.name = "needed";
  needed.required = true;
  plan.back().members.push_back(needed);
  json::Value document = json::Value::object();
  complete(document, plan);
  CHECK(document.text() == R"({"active":true,"note":null})");
}

TEST_CASE("a nested object that was given is completed, not replaced") {
  json::Value document = parsed(R"({"inbound":{"limit":3},"active":false,"note":"x"})");
  complete(document, fields());
  CHECK(document["inbound"].text() == R"({"limit":3,"format":"+e164"})");
  CHECK(document["active"].boolean(true) == false);
  CHECK(document["note"].string() == "x");
}

TEST_CASE("an update replaces values, merges objects, clears with null") {
  struct Row {
    std::string_view before, changes, after;
  };
  const Row rows[] = {
      {R"({"name":"a"})", R"({"name":"b"})", R"({"name":"b"})"},
      {R"({"note":"x"})", R"({"note":null})", R"({"note":null})"},
      {R"({"active":false})", R"({"active":null})", R"({"active":true})"},
      {R"({"name":"a","extra":1})", R"({"extra":null})", R"({"name":"a"})"},
      {R"({"inbound":{"format":"e164","limit":1}})", R"({"inbound":{"limit":2}})",
       R"({"inbound":{"format":"e164","limit":2}})"},
      {R"({"inbound":null})", R"({"inbound":{"limit":2}})", R"({"inbound":{"limit":2}})"},
      {R"({"name":{"a":1}})", R"({"name":{"b":2}})", R"({"name":{"b":2}})"},
  };
  for (const Row& row : rows) {
    json::Value document = parsed(row.before);
    merge(document, parsed(row.changes), fields());
    CHECK(document.text() == row.after);
  }
}

TEST_CASE("dotted paths are set and taken away") {
  json::Value document = parsed(R"({"a":{"b":1}})");
  set_path(document, "a.c.d", 2);
  CHECK(document.text() == R"({"a":{"b":1,"c":{"d":2}}})");
  erase_path(document, "a.c.d");
  erase_path(document, "x.y");
  CHECK(document.text() == R"({"a":{"b":1,"c":{}}})");
  CHECK(pointer_of("a.b") == "/a/b");
}

TEST_CASE("a client sets only what the contract lets it set") {
  const auto* create = testing::shared_contract().find(contract::Verb::Post, "/messaging_profiles");
  REQUIRE(create != nullptr);
  const auto body = json::Document::parse(
      R"({"id":"mine","record_type":"x","name":"n","whitelisted_destinations":["US"],"foo":1})");
  const json::Value kept = accepted_members(body->root(), create->bodies.front().schema);
  CHECK(kept["name"].string() == "n");
  CHECK(kept["id"].is_null());
  CHECK(kept["foo"].is_null());
}

TEST_CASE("moments have the form of their field") {
  const WallTime time = parse_iso8601("2023-08-11T19:12:11.5Z").value();
  CHECK(to_rfc2822(time) == "Fri, 11 Aug 2023 19:12:11 +0000");
  CHECK(stamp({"created_at", Stamps::Form::Iso}, time).string() == "2023-08-11T19:12:11.500Z");
  CHECK(stamp({"created_at", Stamps::Form::Date}, time).string() == "2023-08-11");
  CHECK(stamp({"created_at", Stamps::Form::UnixSeconds}, time).integer() == 1691781131);
}

}  // namespace
}  // namespace tandem::api
