#include "api/pipeline.h"

#include <doctest/doctest.h>

#include "api/testing.h"

namespace tandem::api {
namespace {

using testing::Answer;
using testing::Platform;

void declare(Registry& registry) {
  registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
  registry.resource({.path = "/messaging_profiles",
                     .record_type = "messaging_profile",
                     .used_by = {{"profile_configs", "messaging_profile_id"}}});
  registry.resource({.path = "/messaging_profiles/{profile_id}/autoresp_configs",
                     .collection = "profile_configs",
                     .parent_field = "messaging_profile_id",
                     .parent_collection = "messaging_profiles"});
  registry.resource({.path = "/brand",
                     .collection = "brands",
                     .id_field = "brandId",
                     .defaults = R"({"brandRelationship":"BASIC_ACCOUNT"})"});
  registry.resource({.path = "/integration_secrets",
                     .record_type = "integration_secret",
                     .unique = {"identifier"}});
}

/// One request and what must come back.
struct Scenario {
  const char* name;
  const char* method;
  const char* path;
  const char* body;
  int status;
  std::vector<const char*> contains = {};
  const char* code = "";
  const char* where = "";
};

void play(Platform& platform, const std::vector<Scenario>& scenarios) {
  for (const Scenario& scenario : scenarios) {
    CAPTURE(scenario.name);
    const Answer answer = platform.send(scenario.method, scenario.path, scenario.body);
    CAPTURE(answer.body);
    CHECK(answer.status == scenario.status);
    for (const char* text : scenario.contains) {
      CAPTURE(text);
      CHECK(answer.body.find(text) != std::string::npos);
    }
    CHECK(answer.code() == scenario.code);
    if (*scenario.where) CHECK(answer.where() == scenario.where);
    CHECK(answer.headers.find("x-request-id"));
    CHECK(answer.headers.find("x-ratelimit-limit"));
    CHECK(answer.headers.find("x-ratelimit-remaining"));
    CHECK(answer.headers.find("x-ratelimit-reset"));
  }
}

TEST_CASE("a collection is created, read, listed, changed and deleted") {
  Platform platform(declare);
  const Answer made = platform.send("POST", "/v2/billing_groups", R"({"name":"Group"})");
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  const std::string id(made.json["data"]["id"].string());
  CHECK(is_uuid(id));
  CHECK(made.json["data"]["record_type"].string() == "billing_group");
  CHECK(made.json["data"]["created_at"].string() == "2026-11-20T10:00:00.000Z");
  const std::string item = "/v2/billing_groups/" + id;
  CHECK(platform.send("GET", item).body == made.body);

  const Answer list = platform.send("GET", "/v2/billing_groups");
  CHECK(list.json["data"].items().size() == 1);
  CHECK(list.json["meta"].text() ==
        R"({"page_number":1,"page_size":20,"total_pages":1,"total_results":1})");

  platform.clock.advance(std::chrono::seconds(1));
  const Answer changed = platform.send("PATCH", item, R"({"name":"Other","id":"no"})");
  CHECK(changed.json["data"]["name"].string() == "Other");
  CHECK(changed.json["data"]["id"].string() == id);
  CHECK(changed.json["data"]["updated_at"].string() == "2026-11-20T10:00:01.000Z");
  CHECK(changed.json["data"]["created_at"].string() == "2026-11-20T10:00:00.000Z");

  CHECK(platform.send("DELETE", item).json["data"]["id"].string() == id);
  CHECK(platform.send("GET", item).code() == "10005");
  CHECK(platform.send("GET", "/v2/billing_groups").json["meta"]["total_results"].integer() == 0);
}

TEST_CASE("bad bodies get the documented code and pointer, and change nothing") {
  Platform platform(declare);
  const char* path = "/v2/messaging_profiles";
  play(platform, {{"broken JSON", "POST", path, "{\"name\":", 400, {}, "10023"},
                  {"no body", "POST", path, "", 422, {}, "10004"},
                  {"missing field",
                   "POST",
                   path,
                   R"({"whitelisted_destinations":["US"]})",
                   422,
                   {},
                   "10004",
                   "/name"},
                  {"wrong type",
                   "POST",
                   path,
                   R"({"name":5,"whitelisted_destinations":["US"]})",
                   422,
                   {},
                   "10026",
                   "/name"},
                  {"wrong nested type",
                   "POST",
                   path,
                   R"({"name":"n","whitelisted_destinations":[true]})",
                   422,
                   {},
                   "10026",
                   "/whitelisted_destinations/0"},
                  {"unknown enum value",
                   "POST",
                   path,
                   R"({"name":"n","whitelisted_destinations":["US"],"webhook_api_version":"9"})",
                   422,
                   {},
                   "10032",
                   "/webhook_api_version"},
                  {"duplicate key",
                   "POST",
                   path,
                   R"({"name":"a","name":"b","whitelisted_destinations":["US"]})",
                   400,
                   {},
                   "10015",
                   "/name"},
                  {"an array", "POST", path, "[]", 422, {}, "10026"}});
  CHECK(platform.send("GET", path).json["meta"]["total_results"].integer() == 0);
}

TEST_CASE("bad routes, ids and queries get the documented envelope") {
  Platform platform(declare);
  const char* list = "/v2/messaging_profiles";
  play(
      platform,
      {{"unknown route", "GET", "/v2/nothing_here", "", 404, {}, "10005"},
       {"no version", "GET", "/billing_groups", "", 404, {}, "10005"},
       {"unknown method", "PUT", "/v2/billing_groups", "", 405, {}, "10030"},
       {"unknown id",
        "GET",
        "/v2/billing_groups/6a09cdc3-8948-47f0-aa62-74ac943d6c58",
        "",
        404,
        {},
        "10005"},
       {"malformed id", "GET", "/v2/billing_groups/nonsense", "", 404, {}, "10006", "id"},
       {"pending operation", "GET", "/v2/phone_numbers", "", 501, {"not available yet"}, "10037"}});
  const auto ask = [&](const char* query) {
    return platform.send("GET", std::string(list) + query);
  };
  CHECK(ask("?filter[bogus]=1").code() == "10031");
  CHECK(ask("?page[size]=zero").code() == "10026");
  CHECK(ask("?page[size]=zero").where() == "page[size]");
  CHECK(ask("?page[size]=100000").code() == "10033");
}

TEST_CASE("bodies are taken in the forms the operation documents") {
  Platform platform(declare);
  const std::string body = R"({"name":"n"})";
  const auto post = [&](std::string_view type, std::string text) {
    return platform.send("POST", "/v2/billing_groups", std::move(text),
                         {{"content-type", std::string(type)}});
  };
  CHECK(post("application/json; charset=UTF-8", body).status == 200);
  CHECK(post("text/plain", body).code() == "10029");
  CHECK(post("application/x-www-form-urlencoded", "name=n").code() == "10029");
  CHECK(post("application/json; charset=latin1", body).code() == "10028");
  CHECK(post("application/json", "{\"name\":\"\xff\"}").code() == "10028");
  CHECK(post("application/json", "{\"name\":\"" + std::string(1 << 20, 'x') + "\"}").status == 413);
  std::string deep(100, '[');
  CHECK(post("application/json", "{\"name\":" + deep + std::string(100, ']') + "}").code() ==
        "10023");
  const Answer packed =
      platform.send("POST", "/v2/billing_groups", body, {{"content-encoding", "gzip"}});
  CHECK(packed.code() == "10014");
}

TEST_CASE("keys open their account, and nothing else does") {
  Platform platform(declare);
  const auto with = [&](std::string value) {
    return platform.send("GET", "/v2/billing_groups", "", {{"authorization", std::move(value)}});
  };
  CHECK(with("").status == 401);
  CHECK(with("").code() == "10009");
  CHECK(with("Bearer KEYnonsense").code() == "10009");
  CHECK(with("Basic " + platform.key).code() == "10009");
  CHECK(with("bearer " + platform.key).status == 200);

  const std::string prefix = platform.key.substr(0, 12);
  const auto revoked =
      auth::revoke_api_key(*platform.database, platform.clock.now(), platform.account, prefix);
  REQUIRE(revoked.has_value());
  platform.gate->forget();
  CHECK(with("Bearer " + platform.key).code() == "20002");
  CHECK(with("Bearer " + platform.key).status == 401);
}

TEST_CASE("an account sees nothing of another") {
  Platform platform(declare);
  const auto made = platform.send("POST", "/v2/billing_groups", R"({"name":"Mine"})");
  const std::string item = "/v2/billing_groups/" + std::string(made.json["data"]["id"].string());
  const auto other = auth::create_account(*platform.database, platform.moment(), "Other");
  const auto key =
      auth::create_api_key(*platform.database, platform.moment(), other->id, "k")->secret;
  const testing::Headers as_other = {{"authorization", "Bearer " + key}};
  CHECK(platform.send("GET", item, "", as_other).code() == "10005");
  CHECK(platform.send("PATCH", item, R"({"name":"x"})", as_other).code() == "10005");
  CHECK(platform.send("DELETE", item, "", as_other).code() == "10005");
  const Answer list = platform.send("GET", "/v2/billing_groups", "", as_other);
  CHECK(list.json["meta"]["total_results"].integer() == 0);
  CHECK(platform.send("GET", item).status == 200);
}

TEST_CASE("a disabled account is refused") {
  Platform platform(declare);
  auth::AccountRecord record;
  record.id = platform.account;
  record.status = auth::AccountRecord::Status::Disabled;
  store::Batch batch;
  batch.puts.push_back(auth::account_row(record));
  platform.database->commit_now(std::move(batch));
  const Answer answer = platform.send("GET", "/v2/billing_groups");
  CHECK(answer.status == 403);
  CHECK(answer.code() == "20012");
}

TEST_CASE("requests beyond the limit are told when to come back") {
  Platform::Options options;
  options.rate = {3, std::chrono::milliseconds(60'000)};
  Platform platform(declare, options);
  for (int left = 2; left >= 0; --left) {
    const Answer answer = platform.send("GET", "/v2/billing_groups");
    CHECK(answer.status == 200);
    CHECK(answer.headers.get("x-ratelimit-limit") == "3");
    CHECK(answer.headers.get("x-ratelimit-remaining") == std::to_string(left));
  }
  const Answer refused = platform.send("GET", "/v2/billing_groups");
  CHECK(refused.status == 429);
  CHECK(refused.code() == "10011");
  CHECK(refused.headers.get("x-ratelimit-remaining") == "0");
  CHECK(refused.headers.get("x-ratelimit-reset") == "60");
}

TEST_CASE("browsers may ask, and HEAD and OPTIONS are answered") {
  Platform platform(declare);
  const testing::Headers browser = {{"origin", "http://example.com"}, {"authorization", ""}};
  const Answer asked = platform.send("OPTIONS", "/v2/billing_groups", "", browser);
  CHECK(asked.status == 204);
  CHECK(asked.headers.get("access-control-allow-origin") == "*");
  CHECK(asked.headers.get("access-control-allow-methods") == "GET, HEAD, POST, OPTIONS");
  const Answer method = platform.send("DELETE", "/v2/billing_groups");
  CHECK(method.headers.get("allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(platform.send("HEAD", "/v2/billing_groups").status == 200);
  const Answer list =
      platform.send("GET", "/v2/billing_groups", "", {{"origin", "http://a.example"}});
  CHECK(list.headers.get("access-control-allow-origin") == "*");
}

TEST_CASE("brands have their own names and pages") {
  Platform platform(declare);
  const std::string body = R"({"entityType":"PRIVATE_PROFIT","displayName":"ABC","country":"US",)"
                           R"("email":"a@example.com","vertical":"TECHNOLOGY"})";
  const Answer made = platform.send("POST", "/v2/brand", body);
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  const std::string id(made.json["brandId"].string());
  CHECK(is_uuid(id));
  CHECK(!made.json["createdAt"].is_null());
  const Answer list = platform.send("GET", "/v2/brand?recordsPerPage=10&page=1");
  CAPTURE(list.body);
  CHECK(list.json["records"].items().size() == 1);
  CHECK(list.json["totalRecords"].integer() == 1);
  CHECK(list.json["page"].integer() == 1);
  const Answer named = platform.send("GET", "/v2/brand?displayName=nobody");
  CHECK(named.json["totalRecords"].integer() == 0);
  CHECK(platform.send("DELETE", "/v2/brand/" + id).status == 200);
}

TEST_CASE("nested collections belong to their parent") {
  Platform platform(declare);
  const auto profile = [&](const char* name) {
    const std::string body =
        std::string(R"({"name":")") + name + R"(","whitelisted_destinations":["US"]})";
    const Answer made = platform.send("POST", "/v2/messaging_profiles", body);
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
    return std::string(made.json["data"]["id"].string());
  };
  const std::string first = profile("first");
  const std::string second = profile("second");
  const std::string configs = "/v2/messaging_profiles/" + first + "/autoresp_configs";
  const std::string body =
      R"({"op":"start","keywords":["go"],"resp_text":"hi","country_code":"US"})";
  const Answer made = platform.send("POST", configs, body);
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  const std::string id(made.json["data"]["id"].string());
  CHECK(platform.send("GET", configs).json["data"].items().size() == 1);
  const std::string elsewhere = "/v2/messaging_profiles/" + second + "/autoresp_configs";
  CHECK(platform.send("GET", elsewhere).json["data"].items().empty());
  CHECK(platform.send("GET", configs + "/" + id).status == 200);
  CHECK(platform.send("GET", elsewhere + "/" + id).code() == "10005");
  const std::string nowhere =
      "/v2/messaging_profiles/6a09cdc3-8948-47f0-aa62-74ac943d6c58/autoresp_configs";
  CHECK(platform.send("POST", nowhere, body).code() == "10005");
  // What is in use stays.
  CHECK(platform.send("DELETE", "/v2/messaging_profiles/" + first).code() == "10021");
  CHECK(platform.send("DELETE", "/v2/messaging_profiles/" + second).status == 200);
}

TEST_CASE("secrets are kept and never shown; unique fields are unique") {
  Platform platform(declare);
  const std::string body = R"({"identifier":"mine","type":"bearer","token":"hush"})";
  const Answer made = platform.send("POST", "/v2/integration_secrets", body);
  CAPTURE(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.body.find("hush") == std::string::npos);
  CHECK(platform.send("GET", "/v2/integration_secrets").body.find("hush") == std::string::npos);
  const Answer again = platform.send("POST", "/v2/integration_secrets", body);
  CHECK(again.code() == "10012");
  CHECK(again.where() == "/identifier");
}

TEST_CASE("an Idempotency-Key does a creation once") {
  Platform platform(declare);
  const testing::Headers once = {{"idempotency-key", "k1"}};
  const Answer first = platform.send("POST", "/v2/billing_groups", R"({"name":"a"})", once);
  const Answer second = platform.send("POST", "/v2/billing_groups", R"({"name":"a"})", once);
  CHECK(first.status == 200);
  CHECK(second.body == first.body);
  CHECK(second.headers.get("idempotent-replayed") == "true");
  const Answer other = platform.send("POST", "/v2/billing_groups", R"({"name":"b"})", once);
  CHECK(other.status == 422);
  CHECK(other.code() == "10027");
  platform.clock.advance(std::chrono::hours(25));
  const Answer later = platform.send("POST", "/v2/billing_groups", R"({"name":"a"})", once);
  CHECK(later.status == 200);
  CHECK(later.body != first.body);
  CHECK(platform.send("GET", "/v2/billing_groups").json["meta"]["total_results"].integer() == 2);
}

}  // namespace
}  // namespace tandem::api
