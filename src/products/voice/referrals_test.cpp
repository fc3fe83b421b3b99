#include "products/voice/referrals.h"

#include <doctest/doctest.h>

#include "ledger/books.h"
#include "products/common/testing.h"
#include "products/voice/voice.h"

namespace tandem::products::voice {
namespace {

class Nobody final : public Engine {
 public:
  void carry_out(std::vector<Order>) override {}
};

/// A phone of the connection "desk" that has called somebody, and has a second call.
struct World {
  products::testing::TestServices handed;
  api::testing::Platform platform;
  ledger::Rates rates = *ledger::Rates::built_in();
  Office office{.rates = rates,
                .secrets = *handed.secrets,
                .base_url = "http://localhost",
                .domain = "sip.example.com",
                .own_address = "127.0.0.1:5060",
                .gateways = {{"127.0.0.1:5070"}},
                .process = "p"};
  Nobody engine;
  std::vector<Order> ordered;

  World()
      : platform([this](api::Registry& registry) {
          declare(registry, handed.get());
          for (const char* each :
               {"credential_connections", "ip_connections", "fqdn_connections",
                "call_control_applications", "telephony_credentials", "outbound_voice_profiles",
                "phone_numbers", "verified_numbers"}) {
            registry.collection({each,
                                 {{.path = "user_name", .everywhere = true},
                                  {.path = "sip_username", .everywhere = true},
                                  {.path = "phone_number", .everywhere = true}}});
          }
          for (store::Collection& each : ledger::collections()) {
            registry.collection(std::move(each));
          }
        }) {
    store::Batch batch;
    const auto put = [&](const char* collection, const char* id, const char* account,
                         const char* body) {
      batch.puts.push_back({.collection = collection,
                            .id = id,
                            .account = account,
                            .body = body,
                            .expected = store::kNew,
                            .created_at = platform.moment().now});
    };
    put("credential_connections", "desk", "us",
        R"({"id": "desk", "user_name": "desk1", "outbound": {"outbound_voice_profile_id": "all"}})");
    put("credential_connections", "theirs", "them", R"({"id": "theirs", "user_name": "desk2"})");
    put("outbound_voice_profiles", "all", "us",
        R"({"id": "all", "enabled": true, "whitelisted_destinations": ["US"]})");
    put("phone_numbers", "1", "us", R"({"phone_number": "+13125550100", "status": "active"})");
    REQUIRE(platform.database->commit_now(std::move(batch)).status ==
            store::Committed::Status::Done);
    for (const char* id : {"call", "partner", "second", "its partner"}) {
      change(id, [](CallState&) {});
    }
  }

  /// Makes the call, or changes it.
  void change(const std::string& id, const std::function<void(CallState&)>& how) {
    const auto snapshot = platform.database->snapshot();
    Turn turn(platform.moment(), *snapshot, office);
    if (turn.find(id) == nullptr) {
      CallState fresh;
      fresh.id = id;
      fresh.session_id = "session";
      fresh.account = "us";
      fresh.connection_id = fresh.far_connection = "desk";
      fresh.control = Control::Trunk;
      fresh.incoming = true;
      fresh.from = "+13125550100";
      turn.add(std::move(fresh));
    }
    how(*turn.find(id));
    REQUIRE(platform.database->commit_now(std::move(turn.effects(engine).batch)).status ==
            store::Committed::Status::Done);
  }

  /// The status of the refusal, or 202.
  int ask(const std::string& target, std::optional<std::string> replaced = {}) {
    const auto snapshot = platform.database->snapshot();
    Turn turn(platform.moment(), *snapshot, office);
    const ReferAsk asked{.call = "call",
                         .partner = "partner",
                         .target = target,
                         .replaced = std::move(replaced),
                         .replaced_partner = "its partner"};
    const auto transferred = transfer_by_phone(turn, asked);
    ordered = turn.orders();
    return transferred ? 202 : transferred.error();
  }
};

constexpr const char* kOutside = "sip:+13125550199@sip.example.com";

TEST_CASE("a phone transfers its partner as it could call itself") {
  World world;
  REQUIRE(world.ask("sip:3125550199@192.0.2.9:5080") == 202);  // as its PBX writes it
  REQUIRE(world.ordered.size() == 1);
  const auto& dial = std::get<orders::Dial>(world.ordered.front());
  CHECK(dial.referrer == "call");
  CHECK(dial.from == "+13125550100");
  REQUIRE(dial.places.size() == 1);
  CHECK(dial.places.front().uri == "sip:+13125550199@127.0.0.1:5070");
  CHECK(world.ask("tel:+1-312-555-0199") == 202);
  CHECK(world.ask("sip:desk1@sip.example.com") == 202);
  CHECK(std::get<orders::Dial>(world.ordered.front()).places.front().aor == "desk1");
}

TEST_CASE("where it could not call it does not transfer to") {
  World world;
  CHECK(world.ask("sip:+442071838750@sip.example.com") == 403);  // not whitelisted
  CHECK(world.ask("sip:desk2@sip.example.com") == 404);          // of another account
  CHECK(world.ask("sip:desk1@example.org") == 403);              // not our desk1
  CHECK(world.ask("sip:sip.example.com") == 400);
  CHECK(world.ask("mailto:alice@example.com") == 416);
  CHECK(world.ask("sip:+13125550199@sip.example.com;method=SUBSCRIBE") == 603);
  world.change("call", [](CallState& call) { call.from = "+13125550111"; });
  CHECK(world.ask(kOutside) == 403);  // nobody's number
}

TEST_CASE("who may not transfer at all") {
  World world;
  SUBCASE("a peer whom no connection vouches for") {
    world.change("call", [](CallState& call) { call.far_connection.clear(); });
    CHECK(world.ask(kOutside) == 403);
  }
  SUBCASE("a call of an application") {
    world.change("call", [](CallState& call) { call.control = Control::Application; });
    CHECK(world.ask(kOutside) == 603);
  }
  SUBCASE("a partner that an application has") {
    world.change("partner", [](CallState& call) { call.control = Control::Application; });
    CHECK(world.ask(kOutside) == 603);
  }
  SUBCASE("a partner that is gone") {
    world.change("partner", [](CallState& call) { call.phase = Phase::Ended; });
    CHECK(world.ask(kOutside) == 603);
  }
  SUBCASE("a call that was transferred often enough") {
    world.change("call", [](CallState& call) { call.transfers = 10; });
    CHECK(world.ask(kOutside) == 482);
  }
}

TEST_CASE("an attended transfer is between calls of one connection") {
  World world;
  REQUIRE(world.ask(kOutside, "second") == 202);
  CHECK(std::get<orders::HandOver>(world.ordered.front()).replaced == "second");
  CHECK(world.ask(kOutside, "") == 404);
  CHECK(world.ask(kOutside, "call") == 404);
  world.change("second", [](CallState& call) { call.far_connection = "theirs"; });
  CHECK(world.ask(kOutside, "second") == 403);
}

}  // namespace
}  // namespace tandem::products::voice
