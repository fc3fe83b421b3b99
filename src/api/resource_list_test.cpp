#include "api/resource_list.h"

#include <doctest/doctest.h>

#include "api/testing.h"

namespace tandem::api {
namespace {

using testing::Answer;
using testing::Platform;

void declare(Registry& registry) {
  registry.resource({.path = "/call_control_applications",
                     .record_type = "call_control_application",
                     .id = IdKind::Number,
                     .filters = {{"name", ""}}});
  registry.resource(
      {.path = "/fqdn_connections",
       .record_type = "fqdn_connection",
       .id = IdKind::Number,
       .filters = {{"outbound_voice_profile_id", "outbound.outbound_voice_profile_id"}}});
  registry.resource({.path = "/brand",
                     .collection = "brands",
                     .id_field = "brandId",
                     .defaults = R"({"brandRelationship":"BASIC_ACCOUNT"})"});
  registry.resource({.path = "/siprec_connectors", .id = IdKind::Field, .id_field = "name"});
}

/// The `field` of each document of a list, joined.
std::string listed(const Answer& answer, std::string_view field) {
  std::string text;
  const json::Value& items =
      answer.json["data"].is_array() ? answer.json["data"] : answer.json["records"];
  for (const json::Value& item : items.items()) {
    text.append(text.empty() ? "" : ",").append(item[field].string());
  }
  return text;
}

struct Applications {
  Platform platform{declare};
  Applications() {
    for (const char* name : {"alpha", "beta", "gamma", "alphabet"}) {
      const std::string body = std::string(R"({"application_name":")") + name +
                               R"(","webhook_event_url":"https://example.com"})";
      const Answer made = platform.send("POST", "/v2/call_control_applications", body);
      CAPTURE(made.body);
      REQUIRE(made.status < 300);
      platform.clock.advance(std::chrono::seconds(1));
    }
  }
  Answer list(const std::string& query) {
    return platform.send("GET", "/v2/call_control_applications?" + query);
  }
  std::string names(const std::string& query) { return listed(list(query), "application_name"); }
};

TEST_CASE("lists are newest first, sorted and filtered when asked") {
  Applications apps;
  CHECK(apps.names("") == "alphabet,gamma,beta,alpha");
  CHECK(apps.names("sort=created_at") == "alpha,beta,gamma,alphabet");
  CHECK(apps.names("sort=-created_at") == "alphabet,gamma,beta,alpha");
  CHECK(apps.names("filter[application_name][contains]=alpha") == "alphabet,alpha");
  CHECK(apps.names("filter%5Bapplication_name%5D%5Bcontains%5D=ALPHA&page[size]=1") == "alphabet");
  CHECK(apps.list("filter[application_name][bogus]=x").code() == "10031");
  CHECK(apps.list("sort=nothing").status == 400);
}

TEST_CASE("pages come by number and by cursor") {
  Applications apps;
  CHECK(apps.names("page[number]=2&page[size]=3") == "alpha");
  CHECK(apps.list("page[number]=2&page[size]=3").json["meta"]["total_pages"].integer() == 2);
  CHECK(apps.names("page[number]=9&page[size]=3") == "");
  CHECK(apps.list("page[number]=9223372036854775807").code() == "10033");
  CHECK(apps.names("page[after]=" + cursor_of(1) + "&page[limit]=2") == "gamma,beta");
  CHECK(apps.names("page[before]=" + cursor_of(3) + "&page[limit]=2") == "gamma,beta");
  CHECK(apps.list("page[after]=nonsense").where() == "page[after]");
}

TEST_CASE("filters find nested fields under the names of the contract") {
  Platform platform(declare);
  for (const char* profile : {"111", "222"}) {
    const std::string body = std::string(R"({"connection_name":"c)") + profile +
                             R"(","outbound":{"outbound_voice_profile_id":")" + profile + R"("}})";
    const Answer made = platform.send("POST", "/v2/fqdn_connections", body);
    CAPTURE(made.body);
    REQUIRE(made.status == 201);
  }
  const auto names = [&](const std::string& query) {
    return listed(platform.send("GET", "/v2/fqdn_connections?" + query), "connection_name");
  };
  CHECK(names("filter[outbound_voice_profile_id]=222") == "c222");
  CHECK(names("filter[outbound_voice_profile_id]=333") == "");
  CHECK(names("filter[connection_name][contains]=C1") == "c111");
}

TEST_CASE("an update of a nested object leaves its other members") {
  Platform platform(declare);
  const Answer made = platform.send(
      "POST", "/v2/fqdn_connections",
      R"({"connection_name":"name","inbound":{"channel_limit":5,"ani_number_format":"E.164"}})");
  CAPTURE(made.body);
  REQUIRE(made.status == 201);
  const std::string item = "/v2/fqdn_connections/" + std::string(made.json["data"]["id"].string());
  const Answer changed = platform.send("PATCH", item, R"({"inbound":{"channel_limit":7}})");
  CAPTURE(changed.body);
  CHECK(changed.json["data"]["inbound"]["channel_limit"].integer() == 7);
  CHECK(changed.json["data"]["inbound"]["ani_number_format"].string() == "E.164");
  const Answer cleared = platform.send("PATCH", item, R"({"inbound":{"channel_limit":null}})");
  CAPTURE(cleared.body);
  CHECK(cleared.status == 200);
  CHECK(cleared.json["data"]["inbound"]["channel_limit"].is_null());
}

TEST_CASE("10DLC lists sort and filter by plain parameters") {
  Platform platform(declare);
  for (const char* name : {"Beta", "Alpha"}) {
    const std::string body = std::string(R"({"entityType":"PRIVATE_PROFIT","displayName":")") +
                             name + R"(","country":"US","email":"a@example.com",)" +
                             R"("vertical":"TECHNOLOGY"})";
    REQUIRE(platform.send("POST", "/v2/brand", body).status == 200);
    platform.clock.advance(std::chrono::seconds(1));
  }
  const auto names = [&](const std::string& query) {
    return listed(platform.send("GET", "/v2/brand?" + query), "displayName");
  };
  CHECK(names("") == "Alpha,Beta");
  CHECK(names("sort=-displayName") == "Beta,Alpha");
  CHECK(names("displayName=Beta") == "Beta");
  CHECK(names("recordsPerPage=1&page=2") == "Beta");
}

TEST_CASE("ids that clients choose are the account's own") {
  Platform platform(declare);
  const std::string body = R"({"name":"mine","host":"siprec.example.com","port":5060})";
  const Answer made = platform.send("POST", "/v2/siprec_connectors", body);
  CAPTURE(made.body);
  REQUIRE(made.status == 201);
  CHECK(platform.send("POST", "/v2/siprec_connectors", body).code() == "10012");
  CHECK(platform.send("GET", "/v2/siprec_connectors/mine").body == made.body);
  const auto other = auth::create_account(*platform.database, platform.moment(), "Other");
  const auto key =
      auth::create_api_key(*platform.database, platform.moment(), other->id, "k")->secret;
  const testing::Headers as_other = {{"authorization", "Bearer " + key}};
  CHECK(platform.send("GET", "/v2/siprec_connectors/mine", "", as_other).code() == "10005");
  CHECK(platform.send("POST", "/v2/siprec_connectors", body, as_other).status == 201);
}

}  // namespace
}  // namespace tandem::api
