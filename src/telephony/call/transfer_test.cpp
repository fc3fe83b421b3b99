#include <doctest/doctest.h>

#include "telephony/call/testing.h"

// Transfers that a phone asks for by REFER (RFC 3515): alice and bob talk by way of the hub, bob
// sends alice on to carol.
namespace tandem::call {
namespace {

using namespace std::chrono_literals;
using testing::Party;
using testing::Talk;

std::string line(const char* what, LegId leg) { return what + (" " + std::to_string(leg)); }
std::string line(const char* what, LegId a, LegId b) {
  return line(what, a) + " " + std::to_string(b);
}

struct Transfer {
  Transfer() : first(alice, hub), second(hub, bob) {
    REQUIRE(first.up);
    REQUIRE(second.up);
    hub.exchange->bridge(first.callee, second.caller, Parting::Together);
    REQUIRE(!hub.wait(line("bridged", first.callee, second.caller)).empty());
  }

  /// Bob asks for carol and the hub calls her; carol's leg.
  LegId ask() {
    bob.exchange->refer(second.callee, carol.uri("carol"));
    CHECK(hub.wait("referral") == line("referral", second.caller));
    CHECK(hub.referral().target == carol.uri("carol"));
    DialPlan plan;
    plan.targets.emplace_back().uri = hub.referral().target;
    out = hub.exchange->transfer(second.caller, std::move(plan), "de");
    return carol.incoming();
  }
  bool alice_hears_carol(LegId in) {
    alice.listen(first.caller);
    carol.exchange->play(in, 1, Party::tone(650, 60'000));
    return alice.hears(650);
  }

  Party alice;
  Party hub;
  Party bob;
  Party carol;
  Talk first;
  Talk second;
  LegId out = 0;
};

}  // namespace

TEST_CASE("blind transfer: ringback, progress, and who asked leaves") {
  Transfer t;
  const LegId in = t.ask();
  REQUIRE(in != 0);
  CHECK(!t.bob.wait("refer 202").empty());
  CHECK(!t.bob.wait("refer 100").empty());
  CHECK(!t.hub.wait(line("unbridged", t.second.caller, t.first.callee)).empty());
  t.alice.listen(t.first.caller);
  t.carol.exchange->ring(in);
  CHECK(!t.bob.wait("refer 180").empty());
  CHECK(t.alice.hears(425));
  t.carol.exchange->answer(in);
  CHECK(!t.bob.wait("refer 200 final").empty());
  CHECK(!t.hub.wait(line("bridged", t.first.callee, t.out)).empty());
  t.bob.exchange->hangup(t.second.callee);
  CHECK(!t.hub.wait(line("hangup", t.second.caller)).empty());
  CHECK(t.alice_hears_carol(in));
  t.alice.exchange->hangup(t.first.caller);
  CHECK(!t.carol.wait(line("hangup", in)).empty());
}

TEST_CASE("blind transfer: who asked and does not leave is hung up") {
  Transfer t;
  t.carol.exchange->answer(t.ask());
  CHECK(!t.bob.wait("refer 200 final").empty());
  CHECK(t.bob.wait("hangup", 8s) == line("hangup", t.second.callee) + " normal_clearing 200 caller");
  CHECK(t.hub.wait("hangup") == line("hangup", t.second.caller) + " normal_clearing 200 caller");
}

TEST_CASE("blind transfer: without an answer both talk on") {
  Transfer t;
  t.carol.exchange->reject(t.ask(), {.headers = {}, .status = 486, .reason = {}});
  CHECK(!t.bob.wait("refer 486 final").empty());
  CHECK(!t.hub.wait(line("bridged", t.second.caller, t.first.callee)).empty());
  t.alice.listen(t.first.caller);
  t.bob.exchange->play(t.second.callee, 1, Party::tone(750, 60'000));
  CHECK(t.alice.hears(750));
  t.bob.exchange->hangup(t.second.callee);
  CHECK(!t.alice.wait(line("hangup", t.first.caller)).empty());
}

TEST_CASE("blind transfer: who asked may leave at once") {
  Transfer t;
  const LegId in = t.ask();
  t.bob.exchange->hangup(t.second.callee);
  CHECK(!t.hub.wait(line("hangup", t.second.caller)).empty());
  t.carol.exchange->answer(in);
  CHECK(!t.hub.wait(line("bridged", t.first.callee, t.out)).empty());
  CHECK(t.alice_hears_carol(in));
}

TEST_CASE("blind transfer: when all is over nobody is left behind") {
  SUBCASE("who asked has left, nobody answers") {
    Transfer t;
    const LegId in = t.ask();
    t.bob.exchange->hangup(t.second.callee);
    CHECK(!t.hub.wait(line("hangup", t.second.caller)).empty());
    t.carol.exchange->reject(in, {.headers = {}, .status = 486, .reason = {}});
    CHECK(!t.alice.wait(line("hangup", t.first.caller)).empty());
  }
  SUBCASE("the transferred party hangs up meanwhile") {
    Transfer t;
    const LegId in = t.ask();
    t.alice.exchange->hangup(t.first.caller);
    CHECK(!t.carol.wait(line("hangup", in)).empty());
    CHECK(!t.bob.wait("refer 487 final").empty());
    CHECK(!t.bob.wait(line("hangup", t.second.callee), 8s).empty());
  }
}

TEST_CASE("blind transfer: nobody is called for who has no partner") {
  Party hub;
  Party bob;
  Talk talk(hub, bob);
  bob.exchange->refer(talk.callee, "sip:carol@127.0.0.1");
  CHECK(!hub.wait("referral").empty());
  DialPlan plan;
  plan.targets.emplace_back().uri = hub.referral().target;
  const LegId out = hub.exchange->transfer(talk.caller, std::move(plan));
  CHECK(!bob.wait("refer 603 final").empty());
  CHECK(hub.wait("hangup") == line("hangup", out) + " originator_cancel 487 unknown");
  CHECK(!hub.has("outgoing 2"));
}

TEST_CASE("attended transfer: the parties of two calls are joined") {
  Transfer t;
  Talk inquiry(t.bob, t.hub);
  Talk onward(t.hub, t.carol);
  REQUIRE(inquiry.up);
  REQUIRE(onward.up);
  t.hub.exchange->bridge(inquiry.callee, onward.caller, Parting::Together);
  CHECK(!t.hub.wait(line("bridged", inquiry.callee, onward.caller)).empty());
  t.bob.exchange->refer_replacing(t.second.callee, inquiry.caller);
  CHECK(!t.hub.wait("referral").empty());
  CHECK(t.hub.referral().replaces == inquiry.callee);
  t.hub.exchange->hand_over(t.second.caller, inquiry.callee);
  CHECK(!t.bob.wait("refer 202").empty());
  CHECK(!t.bob.wait("refer 200 final").empty());
  CHECK(!t.hub.wait(line("bridged", t.first.callee, onward.caller)).empty());
  CHECK(!t.bob.wait(line("hangup", inquiry.caller)).empty());
  CHECK(t.alice_hears_carol(onward.callee));
  CHECK(!t.bob.wait(line("hangup", t.second.callee), 8s).empty());
  t.carol.exchange->hangup(onward.callee);
  CHECK(!t.alice.wait(line("hangup", t.first.caller)).empty());
}

TEST_CASE("attended transfer: a call without a partner cannot be handed over") {
  Transfer t;
  Talk inquiry(t.bob, t.hub);
  t.bob.exchange->refer_replacing(t.second.callee, inquiry.caller);
  CHECK(!t.hub.wait("referral").empty());
  t.hub.exchange->hand_over(t.second.caller, inquiry.callee);
  CHECK(!t.bob.wait("refer 603 final").empty());
  CHECK(!t.hub.has("unbridged"));
}

}  // namespace tandem::call
