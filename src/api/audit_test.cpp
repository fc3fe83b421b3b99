#include "api/audit.h"

#include <doctest/doctest.h>

#include "api/collections.h"
#include "api/testing.h"

namespace tandem::api {
namespace {

struct World {
  testing::Platform platform{[](Registry& registry) {
    registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
    registry.resource({.path = "/integration_secrets",
                       .record_type = "integration_secret",
                       .id_field = "id",
                       .secret = {"token", "username", "password"}});
    registry.resource({.path = "/credential_connections", .record_type = "credential_connection"});
  }};

  json::Value send(const std::string& method, const std::string& path, const std::string& body) {
    const auto answer = platform.send(method, "/v2" + path, body);
    REQUIRE_MESSAGE(answer.status < 300, answer.body);
    return answer.json["data"];
  }
  /// The account's, newest first.
  std::vector<json::Value> events() const {
    store::Query query;
    query.collection = std::string(kAuditEvents);
    query.account = platform.account;
    std::vector<json::Value> events;
    for (const store::Row& row : platform.database->snapshot()->list(query).rows) {
      events.push_back(document_of(row));
      describe_event(platform.registry, platform.account, events.back());
      events.back().members().erase("_created");
    }
    return events;
  }
};

const json::Value* change_of(const json::Value& event, std::string_view field) {
  for (const json::Value& change : event["changes"].items()) {
    if (change["field"].string() == field) return &change;
  }
  return nullptr;
}

TEST_CASE("creating, changing and deleting is told, with what was and is") {
  World world;
  const json::Value group = world.send("POST", "/billing_groups", R"({"name":"a"})");
  const std::string id(group["id"].string());
  auto events = world.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0]["change_type"].string() == "create");
  CHECK(events[0]["resource_id"].string() == id);
  CHECK(events[0]["record_type"].string() == "audit_event");
  CHECK(events[0]["change_made_by"].string() == "account_owner");
  CHECK(events[0]["user_id"].string() == world.platform.account);
  CHECK(events[0]["organization_id"].string() == world.platform.account);
  CHECK(events[0]["created_at"].string() == to_iso8601(world.platform.clock.now()));
  REQUIRE(change_of(events[0], "name"));
  CHECK((*change_of(events[0], "name"))["from"].is_null());
  CHECK((*change_of(events[0], "name"))["to"].string() == "a");

  world.platform.clock.advance(std::chrono::seconds(1));
  world.send("PATCH", "/billing_groups/" + id, R"({"name":"b"})");
  events = world.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0]["change_type"].string() == "update");
  REQUIRE(events[0]["changes"].items().size() == 1);
  CHECK((*change_of(events[0], "name"))["from"].string() == "a");
  CHECK((*change_of(events[0], "name"))["to"].string() == "b");

  world.platform.clock.advance(std::chrono::seconds(1));
  world.send("DELETE", "/billing_groups/" + id, "");
  events = world.events();
  REQUIRE(events.size() == 3);
  CHECK(events[0]["change_type"].string() == "delete");
  CHECK((*change_of(events[0], "name"))["from"].string() == "b");
}

TEST_CASE("nothing is told of what changed nothing or was refused") {
  World world;
  const json::Value group = world.send("POST", "/billing_groups", R"({"name":"a"})");
  const std::string path = "/billing_groups/" + std::string(group["id"].string());
  world.send("PATCH", path, R"({"name":"a"})");
  CHECK(world.platform.send("PATCH", "/v2" + path, R"({"name":7})").status >= 400);
  CHECK(world.platform.send("DELETE", "/v2/billing_groups/nothing").status >= 400);
  world.send("GET", path, "");
  CHECK(world.events().size() == 1);
}

TEST_CASE("a request that came twice is told once") {
  World world;
  for (int i = 0; i < 2; ++i) {
    CHECK(world.platform
              .send("POST", "/v2/billing_groups", R"({"name":"a"})", {{"Idempotency-Key", "once"}})
              .status == 200);
  }
  CHECK(world.events().size() == 1);
}

TEST_CASE("secrets are not told, nested fields by their path") {
  World world;
  world.send("POST", "/integration_secrets",
             R"({"identifier":"s","type":"bearer","token":"hush-hush"})");
  const json::Value made = world.send(
      "POST", "/credential_connections",
      R"({"connection_name":"c","user_name":"someone1","password":"hush-hush","active":true})");
  world.send("PATCH", "/credential_connections/" + std::string(made["id"].string()),
             R"({"password":"hush-hush2","inbound":{"channel_limit":7}})");
  const auto events = world.events();
  REQUIRE(events.size() == 3);
  for (const json::Value& event : events) CHECK(event.text().find("hush") == std::string::npos);
  REQUIRE(change_of(events[0], "password"));
  CHECK((*change_of(events[0], "password"))["to"].is_null());
  REQUIRE(change_of(events[0], "inbound.channel_limit"));
  CHECK((*change_of(events[0], "inbound.channel_limit"))["to"].integer() == 7);
}

}  // namespace
}  // namespace tandem::api
