#include <filesystem>
#include <future>

#include <doctest/doctest.h>

#include "telephony/call/testing.h"

// Calls between two switches on loopback, with real SIP and real sound.
namespace tandem::call {
namespace {

using namespace std::chrono_literals;
using testing::Party;
using testing::Talk;

std::string line(const char* what, LegId leg) { return what + (" " + std::to_string(leg)); }

}  // namespace

TEST_CASE("what comes before listen() waits until everything is in place") {
  struct Late final : Directory, Listener {
    void identify(const Stranger&, Reply<Identity> reply) override {
      asked.set_value(ready);
      reply(Identity{});
    }
    bool ready = false;  // written before listen()
    std::promise<bool> asked;
  } late;
  SwitchOptions options;
  options.listen = {{sip::Protocol::Udp, "127.0.0.1", 0, {}}};
  Metrics metrics;
  Switch exchange(options, late, late, metrics);
  REQUIRE(exchange.open());
  Party alice;
  DialPlan plan;
  plan.targets.emplace_back().uri = "sip:bob@127.0.0.1:" + std::to_string(exchange.port(0));
  alice.exchange->dial(plan);
  REQUIRE(!alice.wait("outgoing").empty());
  std::future<bool> asked = late.asked.get_future();
  for (int turn = 0; turn < 3; ++turn) {
    std::promise<void> looked;
    exchange.post([&looked] { looked.set_value(); });
    looked.get_future().wait();
  }
  CHECK(asked.wait_for(0s) == std::future_status::timeout);
  late.ready = true;
  exchange.listen();
  REQUIRE(asked.wait_for(5s) == std::future_status::ready);
  CHECK(asked.get());
}

TEST_CASE("a call: ringing, answered, a prompt is heard, ended by the callee") {
  Party alice;
  Party bob;
  REQUIRE(alice.started);
  const LegId out = alice.call(bob);
  const LegId in = bob.incoming();
  REQUIRE(in != 0);
  CHECK(bob.last_call().caller.user == "alice");
  CHECK(bob.last_call().dialed == "bob");
  CHECK(bob.last_call().peer == "peer");
  CHECK(bob.last_call().source.ip == "127.0.0.1");
  CHECK(bob.last_call().codecs.front() == "PCMU");
  bob.exchange->ring(in);
  CHECK(alice.wait(line("progress", out)) == line("progress", out) + " 180");
  bob.exchange->answer(in, {.headers = {{"X-Desk", "7"}}, .media = {}, .time_limit = {}});
  CHECK(alice.wait("answered") == line("answered", out) + " PCMU");
  CHECK(bob.wait("answered") == line("answered", in) + " PCMU");
  alice.listen(out);
  bob.exchange->play(in, 5, Party::tone(440, 800));
  CHECK(alice.hears(440));
  CHECK(bob.wait("played 5") == "played 5 0");
  bob.exchange->hangup(in, {.headers = {{"X-Why", "done"}}, .status = 603, .reason = {}});
  CHECK(alice.wait("hangup") == line("hangup", out) + " normal_clearing 200 callee");
  CHECK(bob.wait("hangup") == line("hangup", in) + " normal_clearing 200 callee");
  const Hangup end = alice.hangup_of(out);
  CHECK(end.answered);
  CHECK(end.codec == "PCMU");
  REQUIRE(end.stats);
  CHECK(end.stats->received_packets > 20);
  CHECK(end.stats->mos > 4.0);
  CHECK(end.talk_time > 500ms);
  const auto why = std::find(end.headers.begin(), end.headers.end(),
                             std::pair<std::string, std::string>("X-Why", "done"));
  CHECK(why != end.headers.end());
  CHECK(alice.exchange->legs() == 0);
}

TEST_CASE("keys: as events, as tones, by INFO") {
  Party alice;
  Party bob;
  const auto press = [&](DigitMode mode) {
    DialPlan plan;
    plan.media.digits = mode;
    Talk talk(alice, bob, plan);
    REQUIRE(talk.up);
    alice.exchange->send_digits(talk.caller, "4#", 120ms);
    const std::string first = bob.wait("digit");
    const std::string second = bob.wait("digit");
    CHECK(!alice.wait("digits sent").empty());
    alice.exchange->hangup(talk.caller);
    CHECK(!bob.wait("hangup").empty());
    return first + ", " + second;
  };
  CHECK(press(DigitMode::Events) == "digit 4 event, digit # event");
  CHECK(press(DigitMode::Tones) == "digit 4 tone, digit # tone");
  CHECK(press(DigitMode::Info) == "digit 4 info, digit # info");
}

TEST_CASE("a recording is complete after the call") {
  Party alice;
  Party bob;
  Talk talk(alice, bob);
  REQUIRE(talk.up);
  const auto path = std::filesystem::temp_directory_path() / "tandem_call_recording.wav";
  media::RecordingOptions options;
  options.path = path;
  options.dual = true;
  bob.exchange->start_recording(talk.callee, 9, options);
  alice.exchange->play(talk.caller, 1, Party::tone(700, 600));
  CHECK(!alice.wait("played 1").empty());
  alice.exchange->hangup(talk.caller);
  CHECK(!bob.wait("recorded 9").empty());
  CHECK(bob.recording().end == media::RecordingEnd::LegClosed);
  CHECK(bob.recording().channels == 2);
  CHECK(bob.recording().duration >= 400ms);
  CHECK(std::filesystem::file_size(path) == bob.recording().bytes);
  std::filesystem::remove(path);
}

TEST_CASE("rejections and what they mean") {
  Party alice;
  Party bob;
  const auto call = [&](int status) {
    const LegId out = alice.call(bob);
    const LegId in = bob.incoming();
    bob.exchange->reject(in, {.headers = {}, .status = status, .reason = {}});
    CHECK(!bob.wait(line("hangup", in)).empty());
    return alice.wait(line("hangup", out)).substr(line("hangup", out).size() + 1);
  };
  CHECK(call(486) == "user_busy 486 callee");
  CHECK(call(603) == "call_rejected 603 callee");
  CHECK(call(404) == "not_found 404 callee");
  CHECK(call(503) == "unreachable 503 callee");
  CHECK(alice.exchange->legs() == 0);
}

TEST_CASE("the caller gives up while it rings") {
  Party alice;
  Party bob;
  const LegId out = alice.call(bob);
  const LegId in = bob.incoming();
  bob.exchange->ring(in);
  CHECK(!alice.wait("progress").empty());
  alice.exchange->hangup(out);
  CHECK(alice.wait("hangup") == line("hangup", out) + " originator_cancel 487 caller");
  CHECK(bob.wait("hangup") == line("hangup", in) + " originator_cancel 487 caller");
}

TEST_CASE("nobody answers in time") {
  Party alice;
  Party bob;
  DialPlan plan;
  plan.ring_timeout = 300ms;
  const LegId out = alice.call(bob, "bob", plan);
  const LegId in = bob.incoming();
  bob.exchange->ring(in);
  CHECK(alice.wait("hangup") == line("hangup", out) + " timeout 487 unknown");
  CHECK(bob.wait("hangup") == line("hangup", in) + " originator_cancel 487 caller");
}

TEST_CASE("a call has its time limit") {
  Party alice;
  Party bob;
  DialPlan plan;
  plan.time_limit = 300ms;
  Talk talk(alice, bob, plan);
  REQUIRE(talk.up);
  CHECK(alice.wait("hangup") == line("hangup", talk.caller) + " time_limit 200 unknown");
  CHECK(bob.wait("hangup") == line("hangup", talk.callee) + " normal_clearing 200 caller");
}

TEST_CASE("no codec in common") {
  Party alice;
  Party bob;
  DialPlan plan;
  plan.media.codecs = {"G722"};
  const LegId out = alice.call(bob, "bob", plan);
  const LegId in = bob.incoming();
  AnswerPlan answer;
  answer.media = MediaPlan{};
  answer.media->codecs = {"PCMA"};
  Result<void, Refusal> told;
  bob.exchange->answer(in, answer, [&told](auto result) { told = std::move(result); });
  CHECK(alice.wait("hangup") == line("hangup", out) + " no_common_media 488 callee");
  CHECK(!bob.wait("hangup").empty());
  REQUIRE(!told);
  CHECK(told.error() == Refusal::NoCommonMedia);
}

TEST_CASE("verbs at the wrong time are refused") {
  Party alice;
  Party bob;
  Talk talk(alice, bob);
  REQUIRE(talk.up);
  std::promise<std::vector<Refusal>> done;
  std::vector<Refusal> refusals;
  const auto keep = [&refusals](const Result<void, Refusal>& result) {
    if (!result) refusals.push_back(result.error());
  };
  bob.exchange->answer(talk.callee, {}, keep);
  bob.exchange->ring(talk.callee, false, {}, keep);
  bob.exchange->reject(talk.callee, {}, keep);
  bob.exchange->unbridge(talk.callee, keep);
  bob.exchange->accept_referral(talk.callee, keep);
  bob.exchange->answer(999, {}, keep);
  bob.exchange->bridge(talk.callee, talk.callee, Parting::BothStay, {}, keep);
  bob.exchange->post([&] { done.set_value(refusals); });
  using enum Refusal;
  CHECK(done.get_future().get() == std::vector<Refusal>{WrongState, WrongState, WrongState,
                                                        WrongState, WrongState, NoSuchLeg,
                                                        WrongState});
}

}  // namespace tandem::call
