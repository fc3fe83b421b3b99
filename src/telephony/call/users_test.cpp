#include <doctest/doctest.h>

#include "telephony/call/testing.h"

// Users that sign in and register, and trunks, which are the same seen from the other side.
namespace tandem::call {
namespace {

using namespace std::chrono_literals;
using testing::Party;

std::string line(const char* what, LegId leg) { return what + (" " + std::to_string(leg)); }

Identity challenge(const Stranger&) {
  Identity out;
  out.kind = Identity::Kind::Challenge;
  return out;
}

/// Lets `phone` register with `hub`.
void register_at(Party& phone, Party& hub, const std::string& user, const std::string& password,
                 bool tcp = false) {
  const std::string host = "127.0.0.1:" + std::to_string(hub.exchange->port(tcp ? 1 : 0));
  sip::Registration::Options options;
  options.registrar = "sip:" + host + (tcp ? ";transport=tcp" : "");
  options.aor = "sip:" + user + "@" + host;
  options.contact_user = user;
  options.credentials = sip::ClientCredentials{user, password, {}};
  phone.exchange->set_trunk({"hub", std::nullopt, std::move(options)});
}

DialPlan to_user(const std::string& aor) {
  DialPlan plan;
  plan.targets.emplace_back().aor = aor;
  return plan;
}

}  // namespace

TEST_CASE("a user registers and is called, over UDP and over the connection it made") {
  for (const bool tcp : {false, true}) {
    Party hub;
    Party phone;
    hub.identity = challenge;
    hub.add_user("bob", "secret");
    register_at(phone, hub, "bob", "secret", tcp);
    CHECK(phone.wait("trunk hub registered") == "trunk hub registered 200");
    CHECK(!hub.wait("registered bob").empty());
    const LegId out = hub.call(phone, {}, to_user("bob"));
    const LegId in = phone.incoming();
    REQUIRE(in != 0);
    CHECK(phone.last_call().source.protocol == (tcp ? sip::Protocol::Tcp : sip::Protocol::Udp));
    phone.exchange->answer(in);
    CHECK(!hub.wait(line("answered", out)).empty());
    phone.exchange->remove_trunk("hub");
    phone.exchange->hangup(in);
    CHECK(!hub.wait("hangup").empty());
  }
}

TEST_CASE("a wrong password does not register, and nobody can be called there") {
  Party hub;
  Party phone;
  hub.identity = challenge;
  hub.add_user("bob", "secret");
  register_at(phone, hub, "bob", "guess");
  CHECK(phone.wait("trunk hub registered") == "trunk hub registered 403");
  hub.call(phone, {}, to_user("bob"));
  CHECK(hub.wait("hangup") == "hangup 1 unreachable 480 unknown");
  CHECK(!hub.has("registered"));
}

TEST_CASE("two phones of a user ring together, the first to answer wins") {
  Party hub;
  Party desk;
  Party mobile;
  hub.add_user("bob", "secret");
  register_at(desk, hub, "bob", "secret");
  register_at(mobile, hub, "bob", "secret");
  CHECK(!hub.wait("registered bob").empty());
  CHECK(!hub.wait("registered bob").empty());
  const LegId out = hub.call(desk, {}, to_user("bob"));
  const LegId at_desk = desk.incoming();
  const LegId at_mobile = mobile.incoming();
  desk.exchange->ring(at_desk);
  mobile.exchange->answer(at_mobile);
  CHECK(!hub.wait(line("answered", out)).empty());
  CHECK(desk.wait("hangup") == line("hangup", at_desk) + " originator_cancel 487 caller");
  hub.listen(out);
  mobile.exchange->play(at_mobile, 1, Party::tone(440, 60'000));
  CHECK(hub.hears(440));
}

TEST_CASE("who calls must sign in: right, wrong and no credentials") {
  Party hub;
  Party phone;
  hub.identity = challenge;
  hub.add_user("bob", "secret");
  const auto call = [&](std::optional<sip::ClientCredentials> credentials) {
    DialPlan plan;
    plan.targets.emplace_back().uri = hub.uri("+15550100");
    plan.targets.front().credentials = std::move(credentials);
    return phone.call(hub, {}, plan);
  };
  call(sip::ClientCredentials{"bob", "secret", {}});
  const LegId in = hub.incoming();
  REQUIRE(in != 0);
  CHECK(hub.last_call().peer == "peer-bob");
  CHECK(hub.last_call().username == "bob");
  CHECK(hub.last_call().dialed == "+15550100");
  hub.exchange->reject(in, {});
  CHECK(phone.wait("hangup 1") == "hangup 1 call_rejected 603 callee");
  call(sip::ClientCredentials{"bob", "guess", {}});
  CHECK(phone.wait("hangup 2") == "hangup 2 call_rejected 403 callee");
  call(sip::ClientCredentials{"eve", "secret", {}});
  CHECK(phone.wait("hangup 3") == "hangup 3 call_rejected 403 callee");
  call(std::nullopt);
  CHECK(phone.wait("hangup 4") == "hangup 4 call_rejected 407 callee");
}

TEST_CASE("a trunk that does not answer is left out, and comes back") {
  Party hub;
  Party carrier;
  Switch::Trunk trunk;
  trunk.name = "dead";
  trunk.health = sip::HealthCheck::Options();
  trunk.health->target = "sip:127.0.0.1:1;transport=tcp";
  trunk.health->failures_until_down = 1;
  hub.exchange->set_trunk(trunk);
  CHECK(hub.wait("trunk dead") == "trunk dead down 503");
  DialPlan plan;
  plan.targets.emplace_back().uri = carrier.uri("bob");
  plan.targets.front().trunk = "dead";
  hub.call(carrier, {}, plan);
  CHECK(hub.wait("hangup 1") == "hangup 1 unreachable 503 unknown");
  CHECK(hub.hangup_of(1).reason == "the trunk is down");
  plan.targets.emplace_back().uri = carrier.uri("bob");
  hub.call(carrier, {}, plan);
  CHECK(carrier.incoming() != 0);
  hub.exchange->remove_trunk("dead");
  plan.targets.pop_back();
  hub.call(carrier, {}, plan);
  CHECK(carrier.incoming() != 0);
}

}  // namespace tandem::call
