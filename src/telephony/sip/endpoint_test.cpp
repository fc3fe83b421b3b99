#include "telephony/sip/endpoint.h"

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/dialog.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/testing.h"

// What an endpoint does with messages written by hand: refusals, floods, forks, loops.
namespace tandem::sip {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::Phone;
using testing::World;

struct Fixture {
  explicit Fixture(Endpoint::Options options = {})
      : bob(world, "192.0.2.2", random, std::move(options)), peer(world.add("192.0.2.9")) {}

  std::string request(const std::string& method, const std::string& extra = {},
                      const std::string& uri = "sip:bob@192.0.2.2") {
    ++serial;
    const std::string number = std::to_string(serial);
    return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK" + number +
           "\r\nFrom: <sip:p@h>;tag=" + number + "\r\nTo: <sip:bob@h>\r\nCall-ID: " + number +
           "\r\nCSeq: 1 " + method + "\r\nContact: <sip:p@192.0.2.9>\r\n" + extra +
           "Content-Length: 0\r\n\r\n";
  }
  /// The status the endpoint answers with at once; 0 for none.
  int status_of(const std::string& bytes,
                const Address& from = *Address::parse("192.0.2.9", 5060)) {
    const size_t before = bob.node.sent.size();
    bob.node.deliver(bytes, {Protocol::Udp, 0, 0, from});
    if (bob.node.sent.size() == before) return 0;
    return std::stoi(bob.node.sent.back().substr(8, 3));
  }

  World world;
  SeededRandom random{2};
  Phone bob;
  Node& peer;
  int serial = 0;
};

}  // namespace

TEST_CASE("what an endpoint answers to requests it does not serve") {
  Fixture f;
  CHECK(f.status_of(f.request("OPTIONS")) == 200);
  CHECK(f.bob.node.sent.back().find("Allow: INVITE, ACK") != std::string::npos);
  CHECK(f.status_of(f.request("REGISTER")) == 405);
  CHECK(f.status_of(f.request("FROBNICATE")) == 501);
  CHECK(f.status_of(f.request("INVITE", "Require: teleport\r\n")) == 420);
  CHECK(f.bob.node.sent.back().find("Unsupported: teleport") != std::string::npos);
  CHECK(f.status_of(f.request("OPTIONS", {}, "http://example.com")) == 416);
  CHECK(f.status_of(f.request("BYE")) == 481);
  CHECK(f.status_of(f.request("CANCEL")) == 481);
  CHECK(f.status_of(f.request("INVITE", "Session-Expires: 10\r\nSupported: timer\r\n")) == 422);
  CHECK(f.status_of(f.request("MESSAGE")) == 405);
  std::string in_dialog = f.request("INFO");
  in_dialog.replace(in_dialog.find("To: <sip:bob@h>"), 15, "To: <sip:bob@h>;tag=x");
  CHECK(f.status_of(in_dialog) == 481);
  std::string no_contact = f.request("INVITE");
  no_contact.erase(no_contact.find("Contact:"), 30);
  CHECK(f.status_of(no_contact) == 400);
}

TEST_CASE("malformed requests are answered when they can be, and counted") {
  Fixture f;
  CHECK(f.status_of("INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch="
                    "z9hG4bKq\r\n\r\n") == 400);
  CHECK(f.status_of("garbage") == 0);
  CHECK(f.status_of(std::string("\0\0\0\0", 4)) == 0);
  CHECK(f.status_of("ACK sip:bob@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKq\r\n\r\n") == 0);
  CHECK(f.bob.endpoint.counters().malformed == 4);
  CHECK(f.bob.endpoint.leg_count() == 0);
}

TEST_CASE("stray responses and ACKs do nothing") {
  Fixture f;
  CHECK(f.status_of("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKq\r\nFrom: <sip:a@b>;tag=1"
                    "\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n") == 0);
  CHECK(f.bob.endpoint.counters().stray_responses == 1);
  CHECK(f.status_of(f.request("ACK")) == 0);
}

TEST_CASE("a flood from one source is refused without state, then ignored; others are served") {
  Endpoint::Options options;
  options.budgets.requests_per_second = 10;
  options.budgets.burst = 20;
  Fixture f(options);
  int ok = 0;
  int refused = 0;
  int silent = 0;
  for (int i = 0; i < 100; ++i) {
    const int status = f.status_of(f.request("OPTIONS"));
    ok += status == 200;
    refused += status == 503;
    silent += status == 0;
  }
  CHECK(ok == 20);
  CHECK(refused == 20);
  CHECK(silent == 60);
  CHECK(f.status_of(f.request("OPTIONS"), *Address::parse("192.0.2.10", 5060)) == 200);
  f.world.run(1s);
  CHECK(f.status_of(f.request("OPTIONS")) == 200);
  CHECK(f.bob.endpoint.counters().refused == 20);
  CHECK(f.bob.endpoint.counters().dropped == 60);
}

TEST_CASE("trusted sources and running calls are above the budget") {
  Endpoint::Options options;
  options.budgets.burst = 1;
  options.budgets.requests_per_second = 0.001;
  Fixture f(options);
  f.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  Phone alice(f.world, "192.0.2.1", f.random);
  alice.call(f.bob);
  f.world.run(200ms);
  REQUIRE(alice.leg != nullptr);
  for (int i = 0; i < 5; ++i) alice.leg->info({"text/plain", "x"});
  f.world.run(200ms);
  CHECK(alice.times("response INFO 200") == 5);
  alice.leg->bye({});
  f.world.run(100ms);
  CHECK(f.bob.causes.size() == 1);
  const Address trunk = *Address::parse("192.0.2.9", 5060);
  f.bob.endpoint.limiter().trust(trunk);
  for (int i = 0; i < 5; ++i) CHECK(f.status_of(f.request("OPTIONS")) == 200);
  f.bob.endpoint.limiter().distrust(trunk);
  CHECK(f.status_of(f.request("OPTIONS")) == 200);
  CHECK(f.status_of(f.request("OPTIONS")) == 503);
}

TEST_CASE("open transactions are counted and given back") {
  Endpoint::Options options;
  options.budgets.open_per_source = 3;
  Fixture f(options);
  for (int i = 0; i < 3; ++i) CHECK(f.status_of(f.request("OPTIONS")) == 200);
  CHECK(f.status_of(f.request("OPTIONS")) == 503);
  f.world.run(33s);
  CHECK(f.status_of(f.request("OPTIONS")) == 200);
}

TEST_CASE("many sources: the table of budgets stays bounded") {
  Fixture f;
  SourceLimiter limiter(f.world.time, {});
  for (uint32_t i = 0; i < kMaxTrackedSources + 5'000; ++i) {
    const std::string ip = "10." + std::to_string(i >> 16) + "." + std::to_string((i >> 8) & 255) +
                           "." + std::to_string(i & 255);
    limiter.admit(*Address::parse(ip, 1));
  }
  CHECK(limiter.tracked() <= kMaxTrackedSources);
}

TEST_CASE("a forked call: the first answer wins, the others are acknowledged and ended") {
  Fixture f;
  InviteOptions options;
  options.target = "sip:x@192.0.2.9";
  options.from = "<sip:bob@h>";
  options.body = sdp_body("offer");
  REQUIRE(f.bob.endpoint.invite(options, &f.bob) != nullptr);
  Message invite;
  const std::string sent = f.bob.node.sent.back();
  REQUIRE(invite.parse(sent) == ParseFault::None);
  const auto answer = [&](int status, const std::string& tag) {
    Response response;
    response.status = status;
    response.headers = {{"Contact", "<sip:" + tag + "@192.0.2.9>"}};
    const std::string head = response_head(invite, f.bob.node.flow(), tag);
    f.bob.node.deliver(encode_response(response, head), f.peer.flow());
  };
  answer(180, "one");
  answer(183, "two");
  answer(200, "two");
  answer(200, "one");
  CHECK(f.bob.times("progress 180 ") == 1);
  CHECK(f.bob.times("progress 183 ") == 1);
  CHECK(f.bob.times("answered ") == 1);
  const auto count = [&f](std::string_view start) {
    return std::count_if(f.bob.node.sent.begin(), f.bob.node.sent.end(),
                         [start](const auto& text) { return text.rfind(start, 0) == 0; });
  };
  CHECK(count("ACK sip:two@192.0.2.9") == 1);
  CHECK(count("ACK sip:one@192.0.2.9") == 1);
  CHECK(count("BYE sip:one@192.0.2.9") == 1);
  answer(200, "one");  // its retransmission is acknowledged again, and no more
  CHECK(count("ACK sip:one@192.0.2.9") == 2);
  CHECK(count("BYE sip:one@192.0.2.9") == 1);
}

TEST_CASE("loops are told from spirals (RFC 5393)") {
  Fixture f;
  InviteOptions options;
  options.target = "sip:x@192.0.2.9";
  options.from = "<sip:bob@h>";
  REQUIRE(f.bob.endpoint.invite(options, &f.bob) != nullptr);
  std::string returned = f.bob.node.sent.back();
  returned.insert(returned.find("Via:"), "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKproxy\r\n");
  f.bob.when_invited = [](CallLeg& leg) { leg.reject(486); };
  std::string spiral = returned;
  spiral.replace(spiral.find("x@192.0.2.9"), 11, "y@192.0.2.2");
  CHECK(f.status_of(spiral) == 486);
  Fixture g;
  REQUIRE(g.bob.endpoint.invite(options, &g.bob) != nullptr);
  returned = g.bob.node.sent.back();
  returned.insert(returned.find("Via:"), "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKproxy\r\n");
  CHECK(g.status_of(returned) == 482);
}

TEST_CASE("routes: recorded ones are followed, strict routers are served") {
  Fixture f;
  f.bob.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  CHECK(f.status_of(f.request(
            "INVITE", "Record-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.51;lr>\r\n")) == 200);
  const std::string answer = f.bob.node.sent.back();
  CHECK(answer.find("Record-Route: <sip:192.0.2.50;lr>\r\nRecord-Route: <sip:192.0.2.51;lr>") !=
        std::string::npos);
  std::string ack = f.request("ACK");
  --f.serial;
  ack.replace(ack.find("tag=2"), 5, "tag=1");
  ack.replace(ack.find("Call-ID: 2"), 10, "Call-ID: 1");
  const size_t tag = answer.find("tag=", answer.find("To:"));
  ack.replace(ack.find("To: <sip:bob@h>"), 15, "To: <sip:bob@h>;" + answer.substr(tag, 20));
  f.status_of(ack);
  REQUIRE(f.bob.heard("confirmed "));
  f.bob.leg->bye({});
  const std::string& bye = f.bob.node.sent.back();
  CHECK(bye.rfind("BYE sip:p@192.0.2.9 SIP/2.0", 0) == 0);
  CHECK(bye.find("Route: <sip:192.0.2.50;lr>\r\nRoute: <sip:192.0.2.51;lr>") != std::string::npos);

  Dialog strict;
  strict.remote_target = "sip:p@192.0.2.9";
  strict.route_set = {"<sip:192.0.2.50>", "<sip:192.0.2.51;lr>"};
  const OutgoingRequest request = strict.make_request("BYE");
  CHECK(request.uri == "sip:192.0.2.50");
  CHECK(request.headers[0].second == "<sip:192.0.2.51;lr>");
  CHECK(request.headers[1].second == "<sip:p@192.0.2.9>");
}

TEST_CASE("peers behind NAT and in browsers are reached by their flow") {
  Flow flow{Protocol::Udp, 0, 0, *Address::parse("203.0.113.7", 40'000)};
  const auto behind = [&flow](std::string_view uri) {
    return is_behind_flow(*parse_uri(uri), flow);
  };
  CHECK(behind("sip:a@192.168.1.5:5060"));
  CHECK(behind("sip:a@xyz.invalid;transport=ws"));
  CHECK(behind("sip:a@203.0.113.9;ob"));
  CHECK_FALSE(behind("sip:a@198.51.100.1:5060"));
  CHECK_FALSE(behind("sip:a@203.0.113.7:5060"));
  CHECK_FALSE(behind("sip:a@carrier.example.com"));
  flow.protocol = Protocol::Tls;
  flow.connection = 7;
  CHECK(behind("sip:a@203.0.113.7:5061"));
}

TEST_CASE("a request may be answered later, and is answered 500 when forgotten") {
  Fixture f;
  std::vector<IncomingRequest> waiting;
  f.bob.when_registered = [&waiting](IncomingRequest request) {
    waiting.push_back(std::move(request));
  };
  CHECK(f.status_of(f.request("REGISTER")) == 0);
  CHECK(waiting.front().message().method() == Method::Register);
  waiting.front().respond(200);
  CHECK(f.bob.node.sent.back().rfind("SIP/2.0 200", 0) == 0);
  waiting.clear();
  f.bob.when_registered = [](IncomingRequest) {};
  CHECK(f.status_of(f.request("REGISTER")) == 500);
}

}  // namespace tandem::sip
