#include <doctest/doctest.h>

#include "telephony/call/testing.h"

// Several legs: bridges, transfers, relayed calls, what happens when one of them ends.
namespace tandem::call {
namespace {

using namespace std::chrono_literals;
using testing::Party;
using testing::Talk;

std::string line(const char* what, LegId leg) { return what + (" " + std::to_string(leg)); }
std::string line(const char* what, LegId a, LegId b) {
  return line(what, a) + " " + std::to_string(b);
}

/// A switch in the middle that relays all its calls to `to`.
void relay_to(Party& hub, Party& to, std::function<void(DialPlan&)> change = {}) {
  hub.routing = [&to, change](const IncomingCall& call) -> Route {
    RelayCall out;
    out.plan.targets.emplace_back().uri = to.uri(call.dialed);
    out.plan.caller.user = call.caller.user;
    if (change) change(out.plan);
    return out;
  };
}

}  // namespace

TEST_CASE("two answered legs are bridged, parted, bridged again") {
  Party alice;
  Party hub;
  Party bob;
  Talk first(alice, hub);
  Talk second(hub, bob);
  REQUIRE(first.up);
  REQUIRE(second.up);
  hub.exchange->bridge(first.callee, second.caller, Parting::Together);
  CHECK(!hub.wait(line("bridged", first.callee, second.caller)).empty());
  bob.listen(second.callee);
  alice.exchange->play(first.caller, 1, Party::tone(500, 60'000));
  CHECK(bob.hears(500));
  hub.exchange->unbridge(second.caller);
  CHECK(!hub.wait(line("unbridged", second.caller, first.callee)).empty());
  hub.exchange->play(second.caller, 2, Party::tone(900, 60'000));
  CHECK(bob.hears(900));
  hub.exchange->stop_play(second.caller, 2);
  hub.exchange->bridge(second.caller, first.callee, Parting::Together);
  CHECK(bob.hears(500));
  alice.exchange->hangup(first.caller);
  CHECK(bob.wait("hangup") == line("hangup", second.callee) + " normal_clearing 200 caller");
}

TEST_CASE("a bridge whose legs do not end together leaves the other one") {
  Party alice;
  Party hub;
  Party bob;
  Talk first(alice, hub);
  Talk second(hub, bob);
  hub.exchange->bridge(first.callee, second.caller);
  CHECK(!hub.wait("bridged").empty());
  bob.exchange->hangup(second.callee);
  CHECK(!hub.wait(line("hangup", second.caller)).empty());
  alice.listen(first.caller);
  hub.exchange->play(first.callee, 1, Party::tone(600, 60'000));
  CHECK(alice.hears(600));
}

TEST_CASE("a transfer: ringback, then both hear each other, then both end") {
  Party alice;
  Party hub;
  Party bob;
  Talk first(alice, hub);
  REQUIRE(first.up);
  alice.listen(first.caller);
  DialPlan plan;
  plan.link = Link{};
  plan.link->with = first.callee;
  plan.link->ringback = "de";
  const LegId out = hub.call(bob, "carol", plan);
  const LegId in = bob.incoming();
  bob.exchange->ring(in);
  CHECK(alice.hears(425));
  bob.exchange->answer(in);
  CHECK(!hub.wait(line("bridged", first.callee, out)).empty());
  bob.exchange->play(in, 1, Party::tone(750, 60'000));
  CHECK(alice.hears(750));
  alice.exchange->hangup(first.caller);
  CHECK(!bob.wait(line("hangup", in)).empty());
  CHECK(!hub.wait(line("hangup", out)).empty());
  CHECK(!hub.has("played"));
}

TEST_CASE("a transfer that fails leaves the first leg alone") {
  Party alice;
  Party hub;
  Party bob;
  Talk first(alice, hub);
  DialPlan plan;
  plan.link = Link{};
  plan.link->with = first.callee;
  const LegId out = hub.call(bob, "carol", plan);
  bob.exchange->reject(bob.incoming(), {.headers = {}, .status = 486, .reason = {}});
  CHECK(hub.wait("hangup") == line("hangup", out) + " user_busy 486 callee");
  CHECK(!hub.has(line("hangup", first.callee)));
  alice.exchange->hangup(first.caller);
  CHECK(!hub.wait(line("hangup", first.callee)).empty());
}

TEST_CASE("a transfer of a call that rings: answered with the new leg, left ringing without it") {
  Party alice;
  Party hub;
  Party bob;
  const LegId caller = alice.call(hub);
  const LegId first = hub.incoming();
  DialPlan plan;
  plan.link = Link{};
  plan.link->with = first;
  plan.link->answer = true;
  hub.call(bob, "carol", plan);
  bob.exchange->reject(bob.incoming(), {.headers = {}, .status = 486, .reason = {}});
  CHECK(!hub.wait("hangup").empty());
  CHECK(!hub.has(line("hangup", first)));
  const LegId out = hub.call(bob, "carol", plan);
  const LegId in = bob.incoming();
  bob.exchange->ring(in);
  CHECK(!alice.wait(line("progress", caller) + " 180").empty());
  bob.exchange->answer(in);
  CHECK(!alice.wait(line("answered", caller)).empty());
  CHECK(!hub.wait(line("bridged", first, out)).empty());
  alice.listen(caller);
  bob.exchange->play(in, 1, Party::tone(550, 60'000));
  CHECK(alice.hears(550));
  alice.exchange->hangup(caller);
  CHECK(!bob.wait(line("hangup", in)).empty());
}

TEST_CASE("a bridge with a leg that rings: ringback until it answers") {
  Party alice;
  Party hub;
  Party bob;
  Talk first(alice, hub);
  alice.listen(first.caller);
  const LegId out = hub.call(bob, "carol");
  const LegId in = bob.incoming();
  hub.exchange->bridge(first.callee, out, Parting::FirstStays, "de");
  CHECK(alice.hears(425));
  bob.exchange->answer(in);
  CHECK(!hub.wait(line("bridged", first.callee, out)).empty());
  bob.exchange->play(in, 1, Party::tone(750, 60'000));
  CHECK(alice.hears(750));
  bob.exchange->hangup(in);
  CHECK(!hub.wait(line("hangup", out)).empty());
  hub.exchange->play(first.callee, 1, Party::tone(350, 60'000));
  CHECK(alice.hears(350));
  CHECK(!hub.has(line("hangup", first.callee)));
}

TEST_CASE("the first leg of a bridge that stays takes the second with it when it ends itself") {
  Party alice;
  Party hub;
  Party bob;
  Talk first(alice, hub);
  Talk second(hub, bob);
  hub.exchange->bridge(first.callee, second.caller, Parting::FirstStays);
  CHECK(!hub.wait("bridged").empty());
  alice.exchange->hangup(first.caller);
  CHECK(!bob.wait(line("hangup", second.callee)).empty());
}

TEST_CASE("a leg is not dialled for one that has ended") {
  Party hub;
  Party bob;
  DialPlan plan;
  plan.link = Link{};
  plan.link->with = 999;
  const LegId out = hub.call(bob, "carol", plan);
  CHECK(hub.wait("hangup") == line("hangup", out) + " originator_cancel 487 unknown");
  CHECK(!bob.has("incoming"));
}

TEST_CASE("a relayed call: early media, answer, sound both ways, hang-up") {
  Party alice;
  Party hub;
  Party bob;
  relay_to(hub, bob);
  const LegId out = alice.call(hub);
  const LegId in = bob.incoming();
  CHECK(bob.last_call().caller.user == "alice");
  bob.exchange->ring(in, true);
  CHECK(!alice.wait(line("progress", out) + " 183 early").empty());
  alice.listen(out);
  bob.exchange->play(in, 1, Party::tone(800, 60'000));
  CHECK(alice.hears(800));
  bob.exchange->answer(in);
  CHECK(!alice.wait(line("answered", out)).empty());
  CHECK(!hub.wait("bridged").empty());
  bob.listen(in);
  alice.exchange->play(out, 2, Party::tone(300, 60'000));
  CHECK(bob.hears(300));
  bob.exchange->hangup(in);
  CHECK(alice.wait("hangup") == line("hangup", out) + " normal_clearing 200 callee");
  CHECK(!hub.wait("hangup").empty());
  CHECK(!hub.wait("hangup").empty());
}

TEST_CASE(
    "a relayed call: its caller hears a tone of ours, until the callee's network has something") {
  Party alice;
  Party hub;
  Party bob;
  relay_to(hub, bob, [](DialPlan& plan) {
    plan.link = Link{};
    plan.link->ringback = "de";
    plan.link->early_ringback = true;
  });
  const LegId out = alice.call(hub);
  const LegId in = bob.incoming();
  CHECK(!alice.has("progress"));
  bob.exchange->ring(in);
  CHECK(!alice.wait(line("progress", out) + " 183 early").empty());
  alice.listen(out);
  CHECK(alice.hears(425));
  bob.exchange->ring(in, true);
  bob.exchange->play(in, 1, Party::tone(800, 60'000));
  CHECK(alice.hears(800));
  bob.exchange->answer(in);
  CHECK(!alice.wait(line("answered", out)).empty());
  CHECK(alice.hears(800));
}

TEST_CASE("a relayed call: its caller is told that it rings before it does") {
  Party alice;
  Party hub;
  Party bob;
  relay_to(hub, bob, [](DialPlan& plan) {
    plan.link = Link{};
    plan.link->rings_at_once = true;
  });
  const LegId out = alice.call(hub);
  CHECK(!alice.wait(line("progress", out) + " 180").empty());
  CHECK(bob.incoming() != 0);
}

TEST_CASE("a relayed call passes on rings, rejections and cancellations") {
  Party alice;
  Party hub;
  Party bob;
  relay_to(hub, bob);
  LegId out = alice.call(hub);
  LegId in = bob.incoming();
  bob.exchange->ring(in);
  CHECK(!alice.wait(line("progress", out) + " 180").empty());
  bob.exchange->reject(in, {.headers = {}, .status = 486, .reason = {}});
  CHECK(alice.wait("hangup") == line("hangup", out) + " user_busy 486 callee");
  out = alice.call(hub);
  in = bob.incoming();
  bob.exchange->ring(in);
  CHECK(!alice.wait(line("progress", out)).empty());
  alice.exchange->hangup(out);
  CHECK(!bob.wait(line("hangup", in) + " originator_cancel 487").empty());
}

TEST_CASE("codecs of a relayed call: those both ends have go first, others are transcoded") {
  Party alice;
  Party hub;
  Party bob;
  relay_to(hub, bob);
  const auto talk = [&](std::vector<std::string> offered, std::vector<std::string> answered) {
    DialPlan plan;
    plan.media.codecs = std::move(offered);
    const LegId out = alice.call(hub, "bob", plan);
    const LegId in = bob.incoming();
    AnswerPlan answer;
    answer.media = MediaPlan{};
    answer.media->codecs = std::move(answered);
    bob.exchange->answer(in, answer);
    const std::string a = alice.wait(line("answered", out));
    const std::string b = bob.wait(line("answered", in));
    bob.listen(in);
    alice.exchange->play(out, 1, Party::tone(400, 60'000));
    CHECK(bob.hears(400));
    alice.exchange->hangup(out);
    CHECK(!bob.wait(line("hangup", in)).empty());
    return a.substr(a.rfind(' ') + 1) + " " + b.substr(b.rfind(' ') + 1);
  };
  CHECK(talk({"PCMU", "G722"}, {"G722"}) == "G722 G722");
  CHECK(talk({"PCMA"}, {"PCMA", "PCMU"}) == "PCMA PCMA");
  CHECK(talk({"PCMA"}, {"PCMU"}) == "PCMA PCMU");
}

TEST_CASE("a relayed call goes to the next target when one does not answer at all") {
  Party alice;
  Party hub;
  Party bob;
  relay_to(hub, bob, [&](DialPlan& plan) {
    Target dead;
    dead.uri = "sip:bob@127.0.0.1:1;transport=tcp";
    plan.targets.insert(plan.targets.begin(), dead);
  });
  const LegId out = alice.call(hub);
  const LegId in = bob.incoming();
  REQUIRE(in != 0);
  bob.exchange->answer(in);
  CHECK(!alice.wait(line("answered", out)).empty());
  CHECK(hub.has("outgoing 2 0"));
  CHECK(hub.has("outgoing 2 1"));
}

TEST_CASE("a referral that is not accepted") {
  Party alice;
  Party bob;
  Talk talk(alice, bob);
  bob.exchange->refer(talk.callee, "sip:carol@example.com");
  CHECK(!alice.wait("referral").empty());
  alice.exchange->reject_referral(talk.caller);
  CHECK(bob.wait("refer") == "refer 603 final");
  CHECK(!bob.has("hangup"));
}

TEST_CASE("an attended transfer: a call with Replaces takes the place of one in a bridge") {
  Party alice;
  Party hub;
  Party bob;
  Party carol;
  Talk first(alice, hub);
  Talk second(bob, hub);
  hub.exchange->bridge(first.callee, second.callee, Parting::Together);
  CHECK(!hub.wait("bridged").empty());
  Talk asks(bob, carol);
  bob.exchange->refer_replacing(asks.caller, second.caller);
  CHECK(!carol.wait("referral").empty());
  const Referral referral = carol.referral();
  CHECK(referral.replaces == 0);
  carol.exchange->accept_referral(asks.callee);
  DialPlan plan;
  plan.targets.emplace_back().uri = referral.target;
  plan.headers = {{"Replaces", referral.replaces_header}};
  carol.call(hub, "alice", plan);
  const LegId in = hub.incoming();
  CHECK(hub.last_call().replaces == second.callee);
  hub.exchange->answer(in);
  CHECK(!hub.wait(line("bridged", first.callee, in)).empty());
  CHECK(bob.wait("hangup") == line("hangup", second.caller) + " normal_clearing 200 callee");
  alice.listen(first.caller);
  carol.exchange->play(2, 1, Party::tone(850, 60'000));
  CHECK(alice.hears(850));
  alice.exchange->hangup(first.caller);
  CHECK(!carol.wait("hangup 2").empty());
}

}  // namespace tandem::call
