#include <future>

#include <doctest/doctest.h>

#include "telephony/call/testing.h"

// Within a call: hold, SRTP, INFO, silence, streams; and what is refused before a call begins.
namespace tandem::call {
namespace {

using namespace std::chrono_literals;
using testing::Party;
using testing::Talk;

std::string line(const char* what, LegId leg) { return what + (" " + std::to_string(leg)); }

}  // namespace

TEST_CASE("hold and resume") {
  Party alice;
  Party bob;
  Talk talk(alice, bob);
  REQUIRE(talk.up);
  const auto hold = [&](bool held) {
    std::promise<bool> taken;
    alice.exchange->hold(talk.caller, held,
                         [&](const auto& result) { taken.set_value(result.has_value()); });
    return taken.get_future().get();
  };
  CHECK(hold(true));
  CHECK(!bob.wait(line("held", talk.callee)).empty());
  // The re-INVITE may still wait for its answer.
  while (!hold(false)) std::this_thread::yield();
  CHECK(!bob.wait(line("resumed", talk.callee)).empty());
  alice.listen(talk.caller);
  bob.exchange->play(talk.callee, 1, Party::tone(440, 60'000));
  CHECK(alice.hears(440));
}

TEST_CASE("SRTP is agreed on where it is asked for") {
  Party alice;
  Party bob;
  DialPlan plan;
  plan.media.srtp = sdp::SrtpUse::Required;
  Talk talk(alice, bob, plan);
  REQUIRE(talk.up);
  alice.listen(talk.caller);
  bob.exchange->play(talk.callee, 1, Party::tone(440, 60'000));
  CHECK(alice.hears(440));
  alice.exchange->hangup(talk.caller);
  CHECK(!bob.wait("hangup").empty());
  CHECK(alice.has("answered 1 PCMU secure"));
  CHECK(bob.has("answered 1 PCMU secure"));
  AnswerPlan open;
  open.media = MediaPlan{};
  open.media->srtp = sdp::SrtpUse::Off;
  const LegId out = alice.call(bob, "bob", plan);
  bob.exchange->answer(bob.incoming(), open);
  CHECK(alice.wait("hangup 2") == line("hangup", out) + " no_common_media 488 callee");
}

TEST_CASE("INFO with other bodies is handed on") {
  Party alice;
  Party bob;
  Talk talk(alice, bob);
  alice.exchange->send_info(talk.caller, {"text/plain", "hello"});
  CHECK(bob.wait("info") == "info text/plain hello");
}

TEST_CASE("a peer that falls silent is reported") {
  Party alice;
  Party bob;
  AnswerPlan answer;
  answer.media = MediaPlan{};
  answer.media->media_timeout = 400ms;
  DialPlan plan;
  plan.media.silence_when_idle = false;
  Talk talk(alice, bob, plan, answer);
  CHECK(bob.wait("silent") == line("silent", talk.callee));
}

TEST_CASE("an unknown source hears nothing") {
  Party alice;
  Party bob;
  bob.identity = [](const Stranger&) { return Identity{}; };
  DialPlan plan;
  plan.ring_timeout = 700ms;
  const LegId out = alice.call(bob, "bob", plan);
  CHECK(alice.wait("hangup").rfind(line("hangup", out) + " timeout", 0) == 0);
  CHECK(!alice.has("progress"));
  CHECK(!bob.has("incoming"));
  CHECK(bob.exchange->legs() == 0);
}

TEST_CASE("a directory that refuses: the source, the route, the dial") {
  Party alice;
  Party bob;
  bob.identity = [](const Stranger& stranger) {
    Identity out;
    const bool shut = stranger.dialed == "forbidden";
    out.kind = shut ? Identity::Kind::Forbidden : Identity::Kind::Known;
    return out;
  };
  bob.routing = [](const IncomingCall&) -> Route { return RefuseCall{404, "No Route", {}}; };
  alice.admission = [](const DialPlan& plan) -> std::optional<RefuseCall> {
    if (plan.owner != "spent") return std::nullopt;
    return RefuseCall{403, "limit reached", {}};
  };
  alice.call(bob, "forbidden");
  CHECK(alice.wait("hangup 1") == "hangup 1 call_rejected 403 callee");
  alice.call(bob, "anyone");
  CHECK(alice.wait("hangup 2") == "hangup 2 not_found 404 callee");
  DialPlan plan;
  plan.owner = "spent";
  alice.call(bob, "anyone", plan);
  CHECK(alice.wait("hangup 3") == "hangup 3 call_rejected 403 unknown");
  CHECK(alice.hangup_of(3).reason == "limit reached");
  CHECK(alice.hangup_of(3).owner == "spent");
}

TEST_CASE("a switch takes as many legs as it may") {
  Party alice;
  Party bob([](SwitchOptions& options) { options.max_legs = 1; });
  const LegId first = alice.call(bob);
  REQUIRE(bob.incoming() != 0);
  const LegId second = alice.call(bob);
  CHECK(alice.wait("hangup") == line("hangup", second) + " unreachable 503 callee");
  alice.exchange->hangup(first);
  CHECK(!bob.wait("hangup").empty());
}

TEST_CASE("stopping ends all calls and tells of each") {
  Party alice;
  Party bob;
  Talk talk(alice, bob);
  const LegId second = alice.call(bob);
  const LegId in = bob.incoming();
  bob.exchange->stop();
  CHECK(bob.has(line("hangup", talk.callee)));
  CHECK(bob.has(line("hangup", in)));
  CHECK(!alice.wait(line("hangup", talk.caller) + " normal_clearing").empty());
  CHECK(!alice.wait(line("hangup", second) + " unreachable 503").empty());
  Refusal told{};
  bob.exchange->answer(in, {}, [&](const auto& result) { told = result.error(); });
  CHECK(told == Refusal::Stopped);
}

}  // namespace tandem::call
