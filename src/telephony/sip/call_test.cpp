#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/digest_server.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/testing.h"

// Calls between two user agents on a simulated network: answering, ending, losing messages.
namespace tandem::sip {
namespace {

using namespace std::chrono_literals;
using testing::Phone;
using testing::World;

struct Fixture {
  Fixture() : alice(world, "192.0.2.1", random), bob(world, "192.0.2.2", random) {}

  /// A call that bob answered and that is confirmed on both sides.
  void connect() {
    bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
    REQUIRE(alice.call(bob) != nullptr);
    world.run(200ms);
    REQUIRE(alice.leg != nullptr);
    REQUIRE(bob.leg != nullptr);
    REQUIRE(alice.leg->state() == LegState::Confirmed);
    REQUIRE(bob.leg->state() == LegState::Confirmed);
  }
  size_t sent(const Phone& phone, std::string_view start) const {
    return static_cast<size_t>(
        std::count_if(phone.node.sent.begin(), phone.node.sent.end(),
                      [start](const std::string& text) { return text.rfind(start, 0) == 0; }));
  }
  /// Loses the first message that starts like that.
  static void lose_first(Phone& phone, std::string start) {
    phone.node.drop = [start, lost = false](std::string_view bytes) mutable {
      if (lost || bytes.rfind(start, 0) != 0) return false;
      lost = true;
      return true;
    };
  }

  World world;
  SeededRandom random{11};
  Phone alice;
  Phone bob;
};

}  // namespace

TEST_CASE("a call: ringing, answered, ended by the caller") {
  Fixture f;
  CallLeg* const out = f.alice.call(f.bob);
  REQUIRE(out != nullptr);
  f.world.run(50ms);
  CHECK(f.bob.heard("invite offer"));
  f.bob.leg->ring({});
  f.world.run(50ms);
  CHECK(f.alice.heard("progress 180 "));
  CHECK(out->state() == LegState::Early);
  f.bob.leg->answer(sdp_body("answer"));
  f.world.run(100ms);
  CHECK(f.alice.heard("answered answer"));
  CHECK(f.bob.heard("confirmed "));
  CHECK(f.bob.leg->remote_tag() == out->local_tag());
  CHECK(f.bob.leg->call_id() == out->call_id());
  out->bye({});
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::LocalBye});
  f.world.run(100ms);
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::RemoteBye});
  f.world.run(40s);
  CHECK(f.alice.endpoint.leg_count() == 0);
  CHECK(f.bob.endpoint.leg_count() == 0);
  CHECK(f.world.wheel.running() == 0);
}

TEST_CASE("headers of the application travel both ways, the stack's own cannot be forged") {
  Fixture f;
  InviteOptions options;
  options.headers = {
      {"X-Account", "42"}, {"Call-ID", "forged"}, {"P-Asserted-Identity", "<sip:1@h>"}};
  f.bob.when_invited = [](CallLeg& leg) {
    CHECK(leg.invite().find("X-Account") == "42");
    CHECK(leg.invite().address(HeaderId::PAssertedIdentity));
    CHECK(leg.invite().call_id() != "forged");
    leg.answer(sdp_body("answer"), {{"X-Reply", "yes"}, {"To", "forged"}});
  };
  std::string reply;
  f.alice.when_answered = [&reply](const Message& m) { reply = m.find("X-Reply").value_or(""); };
  f.alice.call(f.bob, options);
  f.world.run(200ms);
  CHECK(reply == "yes");
  CHECK(f.bob.heard("confirmed "));
}

TEST_CASE("the callee ends the call, with a reason") {
  Fixture f;
  f.connect();
  f.bob.leg->bye({{"Reason", "Q.850;cause=16"}});
  f.world.run(100ms);
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::RemoteBye});
  CHECK(f.bob.node.sent.back().find("Reason: Q.850;cause=16\r\n") != std::string::npos);
}

TEST_CASE("a rejected call") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.reject(486, "Busy", {{"Retry-After", "5"}}); };
  f.alice.call(f.bob);
  f.world.run(100ms);
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::Rejected});
  CHECK(f.alice.heard("ended 486"));
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::LocalReject});
  f.world.run(40s);
  CHECK(f.alice.endpoint.leg_count() == 0);
  CHECK(f.world.wheel.running() == 0);
}

TEST_CASE("an ignored call hears nothing and times out") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.ignore(); };
  f.alice.call(f.bob);
  f.world.run(33s);
  CHECK(f.bob.node.sent.empty());
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::Timeout});
}

TEST_CASE("cancelled while ringing") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({}); };
  CallLeg* const out = f.alice.call(f.bob);
  f.world.run(100ms);
  out->cancel({{"Reason", "SIP;cause=200;text=\"elsewhere\""}});
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::LocalCancel});
  CHECK(f.alice.endpoint.find(1) == nullptr);
  f.world.run(100ms);
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::RemoteCancel});
  f.world.run(40s);
  CHECK(f.alice.endpoint.leg_count() == 0);
  CHECK(f.world.wheel.running() == 0);
}

TEST_CASE("cancel and answer cross: the answered call is ended at once") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({}); };
  CallLeg* const out = f.alice.call(f.bob);
  f.world.run(100ms);
  f.bob.leg->answer(sdp_body("answer"));
  out->cancel({});
  f.world.run(200ms);
  CHECK_FALSE(f.alice.heard("answered answer"));
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::RemoteBye});
  f.world.run(40s);
  CHECK(f.alice.endpoint.leg_count() == 0);
}

TEST_CASE("nobody answers: the call is cancelled after ring_timeout") {
  Fixture f;
  InviteOptions options;
  options.ring_timeout = 20s;
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({}); };
  f.alice.call(f.bob, options);
  f.world.run(19s);
  CHECK(f.alice.causes.empty());
  f.world.run(2s);
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::Timeout});
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::RemoteCancel});
}

TEST_CASE("a long ringing call is kept alive by repeated 180") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({}); };
  f.alice.call(f.bob);
  f.world.run(130s);
  CHECK(f.sent(f.bob, "SIP/2.0 180") == 3);
}

TEST_CASE("whatever single message is lost, the call stands and ends") {
  const std::vector<std::pair<bool, std::string>> losses = {{true, "INVITE"},
                                                            {false, "SIP/2.0 100"},
                                                            {false, "SIP/2.0 200"},
                                                            {true, "ACK"},
                                                            {true, "BYE"}};
  for (const auto& [by_alice, start] : losses) {
    CAPTURE(start);
    Fixture f;
    Fixture::lose_first(by_alice ? f.alice : f.bob, start);
    f.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
    f.alice.call(f.bob);
    f.world.run(3s);
    REQUIRE(f.bob.leg != nullptr);
    CHECK(f.bob.times("confirmed ") == 1);
    CHECK(f.alice.times("answered answer") == 1);
    f.alice.leg->bye({});
    f.world.run(3s);
    CHECK(f.bob.causes == std::vector<EndCause>{EndCause::RemoteBye});
    f.world.run(40s);
    CHECK(f.world.wheel.running() == 0);
  }
}

TEST_CASE("a 2xx that is never acknowledged ends the call with BYE") {
  Fixture f;
  f.alice.node.drop = [](std::string_view bytes) { return bytes.rfind("ACK", 0) == 0; };
  f.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  f.alice.call(f.bob);
  f.world.run(33s);
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::NotAcknowledged});
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::RemoteBye});
  CHECK(f.sent(f.bob, "SIP/2.0 200") == 11);  // 0, 0.5, 1.5, 3.5, then every 4 s
}

TEST_CASE("BYE of a callee waits for the ACK") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) {
    leg.answer(sdp_body("answer"));
    leg.bye({});
  };
  f.alice.call(f.bob);
  f.world.run(20ms);
  CHECK(f.sent(f.bob, "BYE") == 0);
  f.world.run(100ms);
  CHECK(f.sent(f.bob, "BYE") == 1);
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::LocalBye});
}

TEST_CASE("early media and reliable provisionals (RFC 3262), one after the other") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) {
    leg.ring({183, {}, {}, sdp_body("early"), true});
    leg.ring({180, {}, {}, {}, true});
    leg.answer(sdp_body("answer"));
  };
  Fixture::lose_first(f.alice, "PRACK");
  f.alice.call(f.bob);
  f.world.run(100ms);
  CHECK(f.alice.heard("progress 183 early"));
  CHECK_FALSE(f.alice.heard("answered answer"));  // waits for the PRACK of the description
  f.world.run(3s);
  CHECK(f.alice.heard("progress 180 "));
  CHECK(f.alice.times("answered answer") == 1);
  CHECK(f.alice.times("progress 183 early") == 1);
  CHECK(f.bob.heard("confirmed "));
}

TEST_CASE("a reliable provisional without PRACK ends the call") {
  Fixture f;
  f.alice.node.drop = [](std::string_view bytes) { return bytes.rfind("PRACK", 0) == 0; };
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({183, {}, {}, sdp_body("early"), true}); };
  f.alice.call(f.bob);
  f.world.run(33s);
  CHECK(f.bob.causes == std::vector<EndCause>{EndCause::NotAcknowledged});
  CHECK(f.alice.heard("ended 504"));
}

TEST_CASE("without 100rel on the caller's side provisionals stay unreliable") {
  Fixture f;
  InviteOptions options;
  options.reliable_provisionals = false;
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({183, {}, {}, sdp_body("early"), true}); };
  f.alice.call(f.bob, options);
  f.world.run(1s);
  CHECK(f.alice.heard("progress 183 early"));
  CHECK(f.sent(f.alice, "PRACK") == 0);
}

TEST_CASE("an INVITE without offer: offer in the 2xx, answer in the ACK") {
  Fixture f;
  f.alice.without_offer = true;
  f.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("offer of bob")); };
  f.alice.call(f.bob);
  f.world.run(700ms);  // the 2xx is repeated meanwhile
  CHECK(f.alice.times("answered offer of bob") == 1);
  CHECK(f.sent(f.alice, "ACK") == 0);
  CHECK(f.sent(f.alice, "BYE") == 0);
  f.alice.leg->send_answer(sdp_body("answer of alice"));
  f.world.run(100ms);
  CHECK(f.bob.heard("confirmed answer of alice"));
}

TEST_CASE("an INVITE without offer: offer in a reliable 183, answer in its PRACK") {
  Fixture f;
  f.alice.without_offer = true;
  f.bob.when_invited = [](CallLeg& leg) { leg.ring({183, {}, {}, sdp_body("early offer"), true}); };
  f.alice.call(f.bob);
  f.world.run(100ms);
  REQUIRE(f.alice.heard("progress 183 early offer"));
  f.alice.leg->send_answer(sdp_body("early answer"));
  f.world.run(100ms);
  CHECK(f.bob.heard("early answer early answer"));
  f.bob.leg->answer({});
  f.world.run(100ms);
  CHECK(f.alice.heard("answered "));
  CHECK(f.bob.heard("confirmed "));
}

TEST_CASE("digest: a challenged INVITE goes through with the right secret only") {
  for (const char* password : {"secret", "guess"}) {
    Fixture f;
    DigestServer server(f.random, f.world.time, {"pbx", 300s, true, true});
    const StoredCredentials stored = StoredCredentials::of("alice", "pbx", "secret");
    f.bob.when_invited = [&](CallLeg& leg) {
      const auto claim = server.claim(leg.invite());
      const bool good = claim && server.verify(leg.invite(), *claim, stored) == DigestVerdict::Good;
      if (good) return leg.answer(sdp_body("answer"));
      const Response challenge = server.challenge(true);
      leg.reject(challenge.status, {}, challenge.headers);
    };
    InviteOptions options;
    options.credentials = ClientCredentials{"alice", password, {}};
    f.alice.call(f.bob, options);
    f.world.run(500ms);
    const bool right = std::string_view(password) == "secret";
    CHECK(f.alice.heard("answered answer") == right);
    CHECK(f.alice.heard("ended 407") == !right);
    CHECK(f.sent(f.alice, "INVITE") == 2);
  }
}

TEST_CASE("digest leak: who was called never signs a BYE for a stranger's challenge") {
  Fixture f;
  f.connect();
  f.alice.node.drop = [](std::string_view) { return true; };
  auto& stranger = f.world.add("192.0.2.66");
  (void)stranger;
  f.bob.leg->bye({});
  Message bye;
  REQUIRE(bye.parse(f.bob.node.sent.back()) == ParseFault::None);
  Response challenge;
  challenge.status = 407;
  challenge.headers = {{"Proxy-Authenticate", "Digest realm=\"192.0.2.2\", nonce=\"n\""}};
  const std::string head = response_head(bye, f.bob.node.flow(), "x");
  f.bob.node.deliver(encode_response(challenge, head), f.alice.node.flow());
  f.world.run(1s);
  for (const std::string& text : f.bob.node.sent) {
    CHECK(text.find("Authorization") == std::string::npos);
  }
}

TEST_CASE("failover: the next target is tried on 503, refusal and silence (RFC 3263)") {
  Fixture f;
  Phone backup(f.world, "192.0.2.3", f.random);
  backup.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("backup")); };
  f.bob.when_invited = [](CallLeg& leg) { leg.reject(503); };
  const Flow dead{Protocol::Tcp, 0, 0, *Address::parse("192.0.2.99", 5060)};
  f.alice.locator.names["trunk.example.com"] = {dead, f.bob.node.flow(), backup.node.flow()};
  InviteOptions options;
  options.target = "sip:1@trunk.example.com";
  options.from = "<sip:alice@h>";
  options.body = sdp_body("offer");
  REQUIRE(f.alice.endpoint.invite(options, &f.alice) != nullptr);
  f.world.run(500ms);
  CHECK(f.alice.heard("answered backup"));
  CHECK(f.bob.heard("ended 503"));
}

TEST_CASE("a name that cannot be resolved, or no address at all") {
  Fixture f;
  InviteOptions options;
  options.target = "sip:1@nowhere.example.com";
  options.from = "<sip:alice@h>";
  REQUIRE(f.alice.endpoint.invite(options, &f.alice) != nullptr);
  CHECK(f.alice.causes.empty());  // never from inside invite()
  f.world.run(50ms);
  CHECK(f.alice.causes == std::vector<EndCause>{EndCause::Transport});
  options.target = "no uri";
  CHECK(f.alice.endpoint.invite(options, &f.alice) == nullptr);
}

TEST_CASE("large requests prefer TCP and fall back to UDP") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  InviteOptions options;
  options.body = sdp_body(std::string(2'000, 'x'));
  f.alice.call(f.bob, options);
  f.world.run(200ms);
  CHECK(f.alice.heard("answered answer"));
  CHECK(f.alice.node.sent.front().find("Via: SIP/2.0/TCP") != std::string::npos);

  Fixture g;
  g.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  g.bob.node.refuse_connections = true;
  g.alice.call(g.bob, options);
  g.world.run(200ms);
  CHECK(g.alice.heard("answered answer"));
}

}  // namespace tandem::sip
