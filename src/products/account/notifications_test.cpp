#include <doctest/doctest.h>

#include "products/account/account.h"
#include "products/common/notifier.h"
#include "products/common/testing.h"

namespace tandem::products {
namespace {

/// Notification settings with their reference data, and requests to fill it by.
struct World {
  testing::TestServices services;
  api::testing::Platform platform;

  World()
      : platform([this](api::Registry& registry) {
          registry.collection({std::string(kSeedState), {}});
          account::declare_notifications(registry, services.get());
        }) {
    REQUIRE(services.seeds.write(*platform.database, platform.clock.now()));
  }

  std::string make(const std::string& path, const std::string& body) {
    const auto answer = platform.send("POST", "/v2" + path, body);
    REQUIRE_MESSAGE(answer.status < 300, answer.body);
    return std::string(answer.json["data"]["id"].string());
  }
  std::string condition(const char* description) {
    const auto answer = platform.send("GET", "/v2/notification_event_conditions");
    for (const json::Value& one : answer.json["data"].items()) {
      if (one["name"].string() == description) return std::string(one["id"].string());
    }
    return {};
  }
  std::vector<events::Event> tell(const Notice& notice) {
    api::Effects effects;
    notify(*platform.database->snapshot(), platform.moment(), platform.account, notice, effects);
    return std::move(effects.events);
  }

  // The one collection that Seeds keeps for itself.
  static inline const std::string kSeedState = Seeds::collections().front().name;
};

std::string quoted(const std::string& name, const std::string& value) {
  return "\"" + name + "\":\"" + value + "\"";
}

TEST_CASE("webhook channels of enabled settings are told, others are not") {
  World world;
  const Notice completed{"Number Order Completed", json::Value::object({{"id", "order-1"}})};
  CHECK(world.tell(completed).empty());

  const std::string profile = world.make("/notification_profiles", R"({"name":"on call"})");
  const std::string of_profile = quoted("notification_profile_id", profile);
  const std::string hook =
      world.make("/notification_channels", "{" + of_profile +
                                               R"(,"channel_type_id":"webhook",)"
                                               R"("channel_destination":"https://a.example/x"})");
  world.make(
      "/notification_channels",
      "{" + of_profile + R"(,"channel_type_id":"email","channel_destination":"a@example.com"})");
  const std::string watched =
      quoted("notification_event_condition_id", world.condition("any order"));
  world.make("/notification_settings", "{" + of_profile + "," + watched + "}");
  world.make("/notification_settings",
             "{" + quoted("notification_channel_id", hook) + "," + watched + "}");

  const auto told = world.tell(completed);
  REQUIRE(told.size() == 1);  // two settings, one webhook
  CHECK(told[0].type == "number_order_completed");
  CHECK(told[0].target.url == "https://a.example/x");
  CHECK(told[0].payload == R"({"id":"order-1"})");
  CHECK(told[0].account == world.platform.account);
  CHECK(world.tell({"Low Balance", {}}).empty());
  CHECK(world.tell({"No such event", {}}).empty());
}

TEST_CASE("thresholds and single things decide who is told") {
  World world;
  const std::string profile = world.make("/notification_profiles", R"({"name":"on call"})");
  const std::string hook =
      world.make("/notification_channels", "{" + quoted("notification_profile_id", profile) +
                                               R"(,"channel_type_id":"webhook",)"
                                               R"("channel_destination":"https://a.example/x"})");
  const std::string to_hook = quoted("notification_channel_id", hook);
  world.make("/notification_settings",
             "{" + to_hook + "," +
                 quoted("notification_event_condition_id", world.condition("below threshold")) +
                 R"(,"parameters":[{"name":"threshold","value":"10.50"}]})");
  world.make("/notification_settings",
             "{" + to_hook + "," +
                 quoted("notification_event_condition_id", world.condition("from phone number")) +
                 R"(,"parameters":[{"name":"phone_number","value":"+13125550000"}]})");
  CHECK(world.tell({"Low Balance", {}, {}, 10.5}).empty());
  CHECK(world.tell({"Low Balance", {}, {}, 10.49}).size() == 1);
  CHECK(world.tell({"Emergency Number Dialed", {}, "+13125550001"}).empty());
  CHECK(world.tell({"Emergency Number Dialed", {}, "+13125550000"}).size() == 1);
}

}  // namespace
}  // namespace tandem::products
