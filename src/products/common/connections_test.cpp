#include "products/common/connections.h"

#include <doctest/doctest.h>

#include "products/common/owned_numbers.h"
#include "products/common/testing.h"

namespace tandem::products {

TEST_CASE("secrets that are kept for a connection go with it") {
  static constexpr std::string_view kKept[] = {"custom_storage_credentials",
                                               "dialogflow_connections"};
  api::testing::Platform platform([](api::Registry& registry) {
    for (const std::string_view name : kKept) registry.collection({std::string(name), {}});
    registry.collection({"outbound_voice_profiles", {}});
    registry.collection({std::string(kPhoneNumbers), {{.path = "connection_id"}}});
    registry.collection({std::string(kConnections), {}});
    registry.resource(connection_resource("/call_control_applications", "call_control_application",
                                          "application_name"));
  });
  const auto made =
      platform.send("POST", "/v2/call_control_applications",
                    R"({"application_name":"a","webhook_event_url":"https://example.com/events"})");
  REQUIRE(made.status / 100 == 2);
  const std::string id(made.json["data"]["id"].string());
  api::Effects effects;
  for (const std::string_view name : kKept) {
    for (const std::string& key : {id, std::string("another")}) {
      effects.put(std::string(name), key, platform.account,
                  json::Value::object({{"_secret", "sealed"}}));
    }
  }
  REQUIRE(platform.database->commit_now(std::move(effects.batch)).status ==
          store::Committed::Status::Done);
  CHECK(platform.send("DELETE", "/v2/call_control_applications/" + id, "").status == 200);
  const auto snapshot = platform.database->snapshot();
  for (const std::string_view name : kKept) {
    CHECK_FALSE(snapshot->get(name, id));
    CHECK(snapshot->get(name, "another"));
  }
}

}  // namespace tandem::products
