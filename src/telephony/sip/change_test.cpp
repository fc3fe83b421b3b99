#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/testing.h"

// What happens inside a running call: re-INVITE, UPDATE, glare, session timers, INFO, referrals.
namespace tandem::sip {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::Phone;
using testing::World;

struct Fixture {
  explicit Fixture(Endpoint::Options alices = {}, Endpoint::Options bobs = {})
      : alice(world, "192.0.2.1", random, std::move(alices)),
        bob(world, "192.0.2.2", random, std::move(bobs)) {}

  void connect(InviteOptions options = {}) {
    bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
    REQUIRE(alice.call(bob, std::move(options)) != nullptr);
    world.run(200ms);
    REQUIRE(alice.leg != nullptr);
    REQUIRE(bob.leg != nullptr);
    REQUIRE(bob.leg->state() == LegState::Confirmed);
  }
  size_t sent(const Phone& phone, std::string_view start) const {
    return static_cast<size_t>(
        std::count_if(phone.node.sent.begin(), phone.node.sent.end(),
                      [start](const std::string& text) { return text.rfind(start, 0) == 0; }));
  }

  World world;
  SeededRandom random{5};
  Phone alice;
  Phone bob;
};

}  // namespace

TEST_CASE("re-INVITE: accepted, and acknowledged, from either side") {
  Fixture f;
  f.connect();
  CHECK(f.alice.leg->reinvite(sdp_body("hold")));
  CHECK_FALSE(f.alice.leg->reinvite(sdp_body("again")));  // one at a time
  f.world.run(100ms);
  CHECK(f.bob.heard("offer INVITE hold"));
  CHECK(f.alice.heard("result 200 changed answer"));
  CHECK(f.bob.leg->reinvite(sdp_body("resume")));
  f.world.run(100ms);
  CHECK(f.alice.heard("offer INVITE resume"));
  CHECK(f.bob.heard("result 200 changed answer"));
  f.world.run(10s);
  CHECK(f.sent(f.bob, "SIP/2.0 200") == 2);  // nothing is repeated: every 2xx was acknowledged
}

TEST_CASE("re-INVITE: refused, answered later, without an offer") {
  Fixture f;
  f.connect();
  f.bob.when_offered = [](CallLeg& leg) { leg.reject_offer(488); };
  f.alice.leg->reinvite(sdp_body("video"));
  f.world.run(100ms);
  CHECK(f.alice.heard("result 488 "));
  CHECK(f.alice.leg->state() == LegState::Confirmed);

  f.bob.when_offered = [](CallLeg&) {};
  f.alice.leg->reinvite({});
  f.world.run(2s);
  CHECK(f.bob.heard("offer INVITE "));
  f.bob.leg->accept_offer(sdp_body("offer of bob"));
  f.world.run(100ms);
  CHECK(f.alice.heard("result 200 offer of bob"));
  f.alice.leg->send_answer(sdp_body("answer of alice"));
  f.world.run(100ms);
  CHECK(f.bob.heard("late answer answer of alice"));
}

TEST_CASE("UPDATE changes the session without a new transaction of three") {
  Fixture f;
  f.connect();
  CHECK(f.bob.leg->update(sdp_body("direction")));
  f.world.run(100ms);
  CHECK(f.alice.heard("offer UPDATE direction"));
  CHECK(f.bob.heard("result 200 changed answer"));
}

TEST_CASE("glare: both get 491, wait for different times and come through") {
  Fixture f;
  f.connect();
  f.alice.leg->reinvite(sdp_body("from alice"));
  f.bob.leg->reinvite(sdp_body("from bob"));
  f.world.run(100ms);
  CHECK(f.sent(f.alice, "SIP/2.0 491") == 1);
  CHECK(f.sent(f.bob, "SIP/2.0 491") == 1);
  f.world.run(6s);
  CHECK(f.alice.heard("result 200 changed answer"));
  CHECK(f.bob.heard("result 200 changed answer"));
}

TEST_CASE("two offers at once from one side: the second hears 500 with Retry-After") {
  Fixture f;
  f.connect();
  f.bob.when_offered = [](CallLeg&) {};
  f.alice.leg->reinvite(sdp_body("one"));
  f.world.run(100ms);
  std::string second = f.alice.node.sent.back();
  const size_t branch = second.find("z9hG4bK") + 7;
  second[branch] = second[branch] == 'a' ? 'b' : 'a';
  const size_t cseq = second.find("CSeq: 2");
  second.replace(cseq, 7, "CSeq: 3");
  f.bob.node.deliver(second, f.alice.node.flow());
  CHECK(f.bob.node.sent.back().rfind("SIP/2.0 500", 0) == 0);
  CHECK(f.bob.node.sent.back().find("Retry-After: ") != std::string::npos);
}

TEST_CASE("requests out of order or with a wrong tag are refused") {
  Fixture f;
  f.connect();
  f.alice.leg->info({"application/dtmf-relay", "Signal=1"});
  f.world.run(100ms);
  CHECK(f.bob.heard("info Signal=1"));
  CHECK(f.alice.heard("response INFO 200"));
  std::string replay = f.alice.node.sent.back();
  const size_t branch = replay.find("z9hG4bK") + 7;
  replay[branch] = replay[branch] == 'a' ? 'b' : 'a';
  f.bob.node.deliver(replay, f.alice.node.flow());
  CHECK(f.bob.node.sent.back().rfind("SIP/2.0 500", 0) == 0);
  CHECK(f.bob.times("info Signal=1") == 1);
  const size_t tag = replay.find("tag=") + 4;
  replay.replace(tag, 4, "mmmm");
  replay[branch] = 'c';
  f.bob.node.deliver(replay, f.alice.node.flow());
  CHECK(f.bob.node.sent.back().rfind("SIP/2.0 481", 0) == 0);
}

TEST_CASE("a peer that does not know the call any more ends it (481)") {
  Fixture f;
  f.connect();
  Phone reborn(f.world, "192.0.2.7", f.random);
  f.bob.node.set_listener(reborn.node.listener());
  f.alice.leg->info({"text/plain", "x"});
  f.world.run(200ms);
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::DialogLost});
  CHECK(f.sent(f.alice, "BYE") == 0);
}

TEST_CASE("a peer that falls silent ends the call (408)") {
  Fixture f;
  f.connect();
  f.bob.node.set_listener(nullptr);
  f.alice.leg->info({"text/plain", "x"});
  f.world.run(31s);
  CHECK(f.alice.causes.empty());
  f.world.run(2s);
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::DialogLost});
  CHECK(f.sent(f.alice, "BYE") >= 1);
}

TEST_CASE("session timers: refreshed by UPDATE, by re-INVITE when UPDATE is unknown") {
  for (const bool knows_update : {true, false}) {
    Fixture f;
    if (!knows_update) {
      f.bob.node.rewrite = [](std::string& bytes) {
        const size_t at = bytes.find("UPDATE, ");
        if (at != std::string::npos) bytes.erase(at, 8);
      };
    }
    InviteOptions options;
    options.session_interval = 120s;
    f.connect(options);
    f.world.run(400s);
    CHECK(f.alice.causes.empty());
    CHECK(f.bob.causes.empty());
    CHECK(f.sent(f.alice, knows_update ? "UPDATE" : "INVITE") >= 6);
    CHECK(f.alice.times("result 200 ") == 0);  // refreshes are nobody's business
  }
}

TEST_CASE("session timers: a peer that vanished is noticed") {
  Fixture f;
  InviteOptions options;
  options.session_interval = 120s;
  f.connect(options);
  f.alice.node.drop = [](std::string_view) { return true; };
  f.world.run(121s);
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::SessionExpired});
  CHECK(f.alice.causes.size() == 1);
}

TEST_CASE("session timers: 422 teaches the minimum") {
  Endpoint::Options strict;
  strict.min_session_interval = 600s;
  Fixture f({}, strict);
  InviteOptions options;
  options.session_interval = 120s;
  f.connect(options);
  CHECK(f.sent(f.bob, "SIP/2.0 422") == 1);
  CHECK(f.alice.node.sent.back().find("ACK") == 0);
  CHECK(f.bob.node.sent.back().find("Session-Expires: 600;refresher=uac") != std::string::npos);
}

TEST_CASE("session timers: the callee suggests them when the caller only knows them") {
  Fixture f;
  f.connect();
  const std::string& answer = f.bob.node.sent.back();
  CHECK(answer.find("Session-Expires: 1800;refresher=uas") != std::string::npos);
  f.world.run(2h);
  CHECK(f.alice.causes.empty());
  CHECK(f.sent(f.bob, "UPDATE") >= 7);
}

TEST_CASE("REFER: accepted, reported by NOTIFY to its end") {
  Fixture f;
  f.connect();
  f.alice.leg->refer("sip:carol@192.0.2.3", {{"X-Why", "transfer"}});
  f.world.run(200ms);
  CHECK(f.bob.heard("refer sip:carol@192.0.2.3 "));
  CHECK(f.alice.heard("refer status 202"));
  CHECK(f.alice.heard("refer status 100"));
  f.bob.leg->notify_referral(180);
  f.bob.leg->notify_referral(200);
  f.bob.leg->notify_referral(200);  // the subscription is over
  f.world.run(200ms);
  CHECK(f.alice.heard("refer status 180"));
  CHECK(f.alice.times("refer status 200 final") == 1);
  CHECK(f.sent(f.bob, "NOTIFY") == 3);
}

TEST_CASE("REFER: refused, silent (RFC 4488), malformed") {
  Fixture f;
  f.connect();
  f.bob.when_referred = [](CallLeg& leg) { leg.reject_referral(603); };
  f.alice.leg->refer("sip:carol@192.0.2.3");
  f.world.run(100ms);
  CHECK(f.alice.heard("refer status 603 final"));
  f.bob.when_referred = nullptr;
  f.alice.leg->refer("sip:carol@192.0.2.3", {{"Refer-Sub", "false"}});
  f.world.run(200ms);
  CHECK(f.alice.heard("refer status 202"));
  CHECK(f.sent(f.bob, "NOTIFY") == 0);
  f.alice.leg->request("REFER", {});
  f.world.run(100ms);
  CHECK(f.alice.heard("response REFER 400"));
}

TEST_CASE("REFER: one at a time, and from where the peer was") {
  Fixture f;
  f.connect();
  f.alice.leg->refer("sip:carol@192.0.2.3");
  f.world.run(200ms);
  f.alice.leg->refer("sip:dave@192.0.2.4");
  f.world.run(200ms);
  CHECK(f.alice.heard("refer status 491 final"));
  CHECK_FALSE(f.bob.heard("refer sip:dave@192.0.2.4 "));
  f.bob.leg->notify_referral(486);
  f.world.run(200ms);

  f.alice.node.drop = [](std::string_view bytes) { return bytes.starts_with("REFER "); };
  f.alice.leg->refer("sip:dave@192.0.2.4");
  const std::string overheard = f.alice.node.sent.back();
  REQUIRE(overheard.starts_with("REFER "));
  const Node& thief = f.world.add("192.0.2.66");
  f.bob.node.deliver(overheard, thief.flow());
  CHECK(f.bob.node.sent.back().starts_with("SIP/2.0 403 "));
  CHECK_FALSE(f.bob.heard("refer sip:dave@192.0.2.4 "));
}

TEST_CASE("a peer that does not want to hear of its REFER any more keeps its call") {
  Fixture f;
  f.connect();
  f.alice.node.rewrite = [](std::string& bytes) {
    const bool notified = bytes.find("CSeq: 1 NOTIFY") != std::string::npos;
    if (notified) bytes.replace(0, bytes.find("\r\n"), "SIP/2.0 481 No Such Subscription");
  };
  f.alice.leg->refer("sip:carol@192.0.2.3");
  f.world.run(200ms);
  REQUIRE(f.sent(f.alice, "SIP/2.0 481") == 1);
  f.bob.leg->notify_referral(200);
  f.world.run(200ms);
  CHECK(f.sent(f.bob, "NOTIFY") == 1);
  CHECK(f.bob.leg->state() == LegState::Confirmed);
  CHECK(f.bob.causes.empty());
}

TEST_CASE("attended transfer: Refer-To with Replaces takes over the second call (RFC 3891)") {
  Fixture f;
  f.connect();
  Phone carol(f.world, "192.0.2.3", f.random);
  carol.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  CallLeg* const to_bob = f.alice.leg;
  CallLeg* const to_carol = f.alice.call(carol);
  f.world.run(200ms);
  REQUIRE(to_carol->state() == LegState::Confirmed);

  to_bob->refer(refer_to_replacing("sip:carol@192.0.2.3:5060", *to_carol));
  f.world.run(100ms);
  REQUIRE(f.bob.events.back().rfind("refer sip:carol@192.0.2.3:5060 ", 0) == 0);
  const std::string replaces =
      f.bob.events.back().substr(std::string("refer sip:carol@192.0.2.3:5060 ").size());
  CallLeg* replaced = nullptr;
  carol.when_invited = [&replaced](CallLeg& leg) {
    replaced = leg.replaces();
    leg.answer(sdp_body("answer to bob"));
  };
  InviteOptions options;
  options.headers = {{"Replaces", replaces}};
  f.bob.call(carol, options);
  f.world.run(300ms);
  CHECK(replaced != nullptr);
  CHECK(f.bob.heard("answered answer to bob"));
  CHECK(carol.causes == std::vector<EndCause>{EndCause::Replaced});
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::RemoteBye});
}

TEST_CASE("Replaces that names no call, or an answered one where only an early one will do") {
  Fixture f;
  f.connect();
  const std::string dialog = std::string(f.bob.leg->call_id()) +
                             ";to-tag=" + std::string(f.bob.leg->local_tag()) +
                             ";from-tag=" + std::string(f.bob.leg->remote_tag());
  InviteOptions options;
  options.headers = {{"Replaces", "none;to-tag=1;from-tag=2"}};
  f.alice.call(f.bob, options);
  f.world.run(100ms);
  CHECK(f.alice.heard("ended 481"));
  options.headers = {{"Replaces", dialog + ";early-only"}};
  f.alice.call(f.bob, options);
  f.world.run(100ms);
  CHECK(f.alice.heard("ended 486"));
}

}  // namespace tandem::sip
