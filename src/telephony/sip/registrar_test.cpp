#include "telephony/sip/registrar.h"

#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/health_check.h"
#include "telephony/sip/registration.h"
#include "telephony/sip/testing.h"

namespace tandem::sip {
namespace {

using namespace std::chrono_literals;
using testing::Phone;
using testing::World;

struct Fixture : Registrar::Users, Registrar::Listener, Registration::Listener {
  Fixture()
      : server(world, "192.0.2.1", random),
        phone(world, "192.0.2.2", random),
        registrar(world.wheel, random, {{"pbx", 300s, true, true}, 60s, 600s, 300s}, *this, *this) {
    server.when_registered = [this](IncomingRequest request) {
      registrar.handle(std::move(request));
    };
  }

  void find_user(const std::string& username,
                 UniqueFunction<void(std::optional<Registrar::User>)> done) override {
    std::optional<Registrar::User> user;
    if (username == "bob") user = {StoredCredentials::of("bob", "pbx", "secret"), "bob", 2};
    if (!slow) return done(user);
    waiting.emplace_back([done = std::move(done), user]() mutable { done(user); });
  }
  void keep_bindings(const std::string& /*aor*/, std::vector<Binding> all,
                     UniqueFunction<void(bool)> done) override {
    kept = std::move(all);
    if (!slow_store) return done(!broken_store);
    waiting.emplace_back([this, done = std::move(done)]() mutable { done(!broken_store); });
  }
  void on_registered(const std::string& aor, const Binding& binding, bool refreshed) override {
    log.push_back((refreshed ? "refreshed " : "registered ") + aor + " " + binding.uri);
  }
  void on_unregistered(const std::string& aor, const Binding& binding,
                       Registrar::Gone why) override {
    log.push_back("gone " + aor + " " + binding.uri + " " + std::to_string(static_cast<int>(why)));
  }
  void on_registered(Registration&, std::chrono::seconds expires) override {
    log.push_back("up " + std::to_string(expires.count()));
  }
  void on_registration_failed(Registration&, int status, std::chrono::seconds) override {
    log.push_back("down " + std::to_string(status));
  }

  /// Sends a REGISTER with these fields, signed in, and gives the final status.
  int send(HeaderList headers, const std::string& password = "secret",
           const std::string& aor = "sip:bob@pbx", Flow flow = {}) {
    RequestPlan plan;
    plan.request.method = "REGISTER";
    plan.request.uri = "sip:192.0.2.1";
    plan.request.headers = std::move(headers);
    plan.request.set("From", "<" + aor + ">;tag=x");
    plan.request.set("To", "<" + aor + ">");
    plan.credentials = ClientCredentials{"bob", password, {}};
    if (flow.connection != 0) plan.flow = flow;
    const auto status = std::make_shared<int>(0);  // an answer may come after we have gone on
    phone.endpoint.send(std::move(plan), [this, status](const RequestEvent& event) {
      *status = event.status();
      answer = event.response != nullptr ? std::string(event.response->text()) : std::string();
    });
    world.run(200ms);
    return *status;
  }
  std::vector<std::string> contacts() const {
    std::vector<std::string> out;
    for (const Binding* binding : registrar.find("bob")) out.push_back(binding->uri);
    return out;
  }

  World world;
  SeededRandom random{8};
  Phone server;
  Phone phone;
  Registrar registrar;
  std::vector<std::string> log;
  std::vector<UniqueFunction<void()>> waiting;
  std::string answer;
  bool slow = false;
  std::vector<Binding> kept;
  bool slow_store = false;
  bool broken_store = false;
};

using Contacts = std::vector<std::string>;

}  // namespace

TEST_CASE("registering: challenge, binding, refresh, removal, expiry") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=120"}}) == 200);
  CHECK(f.contacts() == Contacts{"sip:bob@192.0.2.2"});
  CHECK(f.answer.find("Contact: <sip:bob@192.0.2.2>;expires=120") != std::string::npos);
  CHECK(f.registrar.find("bob")[0]->flow.remote == f.phone.node.address());
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}, {"Expires", "90"}}) == 200);
  CHECK(f.log.back() == "refreshed bob sip:bob@192.0.2.2");
  f.world.run(91s);
  CHECK(f.log.back() == "gone bob sip:bob@192.0.2.2 1");
  CHECK(f.registrar.size() == 0);
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}}) == 200);
  CHECK(f.answer.find("expires=300") != std::string::npos);
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=0"}}) == 200);
  CHECK(f.log.back() == "gone bob sip:bob@192.0.2.2 0");
}

TEST_CASE("several contacts by preference, all removed by a star, a limit") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:b1@192.0.2.2>;q=0.2, <sip:b2@192.0.2.2>;q=0.9"}}) == 200);
  CHECK(f.contacts() == Contacts{"sip:b2@192.0.2.2", "sip:b1@192.0.2.2"});
  CHECK(f.send({{"Contact", "<sip:b3@192.0.2.2>"}}) == 403);
  CHECK(f.send({}) == 200);  // a query
  CHECK(f.answer.find("b1@") != std::string::npos);
  CHECK(f.send({{"Contact", "*"}}) == 400);
  CHECK(f.send({{"Contact", "*"}, {"Expires", "0"}}) == 200);
  CHECK(f.contacts().empty());
}

TEST_CASE("intervals: too brief is 423, too long is cut") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=5"}}) == 423);
  CHECK(f.answer.find("Min-Expires: 60") != std::string::npos);
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=99999"}}) == 200);
  CHECK(f.answer.find("expires=600") != std::string::npos);
}

TEST_CASE("who has no right to register") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}}, "guess") == 403);
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}}, "secret", "sip:carol@pbx") == 403);
  CHECK(f.registrar.size() == 0);
}

TEST_CASE("requests out of order change nothing") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}, {"Call-ID", "c"}, {"CSeq", "9 REGISTER"}}) ==
        200);
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=0"},
                {"Call-ID", "c"},
                {"CSeq", "3 REGISTER"}}) == 500);
  CHECK(f.contacts().size() == 1);
}

TEST_CASE("a look-up that takes its time") {
  Fixture f;
  f.slow = true;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}}) == 0);
  REQUIRE(f.waiting.size() == 1);
  f.waiting[0]();
  f.world.run(100ms);
  CHECK(f.contacts().size() == 1);
}

TEST_CASE("a phone hears that it is registered when that is kept, and not before") {
  Fixture f;
  f.slow_store = true;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}}) == 0);
  REQUIRE(f.kept.size() == 1);
  REQUIRE(f.waiting.size() == 1);
  f.waiting.front()();
  f.world.run(200ms);
  f.slow_store = false;
  f.broken_store = true;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>"}}) == 503);
  CHECK(f.answer.find("Retry-After") != std::string::npos);
  f.broken_store = false;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=0"}}) == 200);
  CHECK(f.kept.empty());
}

TEST_CASE(
    "bindings of a former process: those that can still be reached come back until they end") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:bob@192.0.2.2>;expires=300"}}) == 200);
  std::vector<Binding> before = f.kept;
  f.registrar.remove("bob");
  CHECK(f.kept.empty());
  Binding gone = before.front();
  gone.uri = "sip:bob@192.0.2.3";
  gone.expires_at = f.world.wheel.now() - 1s;
  Binding browser = before.front();
  browser.uri = "sip:x@df7jal23ls0d.invalid;transport=ws";
  browser.flow = {Protocol::Ws, 0, 17, before.front().flow.remote};
  before.push_back(gone);
  before.push_back(browser);
  f.registrar.restore("bob", before);
  CHECK(f.contacts() == Contacts{"sip:bob@192.0.2.2"});
  CHECK(f.kept.size() == 1);
  f.world.run(301s);
  CHECK(f.registrar.size() == 0);
  CHECK(f.kept.empty());
}

TEST_CASE("outbound: an instance moves with its flow, and goes with it (RFC 5626)") {
  Fixture f;
  const Flow first{Protocol::Tcp, 0, 5, f.server.node.address()};
  const Flow second{Protocol::Tcp, 0, 6, f.server.node.address()};
  const HeaderList headers = {
      {"Contact", "<sip:x@a.invalid;transport=tcp>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"},
      {"Supported", "outbound, path"},
      {"Path", "<sip:edge.example.com;lr>"}};
  CHECK(f.send(headers, "secret", "sip:bob@pbx", first) == 200);
  CHECK(f.answer.find("Require: outbound") != std::string::npos);
  HeaderList moved = headers;
  moved[0].second.replace(0, 16, "<sip:y@b.invalid");
  CHECK(f.send(moved, "secret", "sip:bob@pbx", second) == 200);
  REQUIRE(f.contacts() == Contacts{"sip:y@b.invalid;transport=tcp"});
  InviteOptions options;
  route_to(*f.registrar.find("bob")[0], options);
  CHECK(options.routes == std::vector<std::string>{"<sip:edge.example.com;lr>"});
  CHECK_FALSE(options.flow);
  f.registrar.on_flow_closed({Protocol::Tcp, 0, 5, f.phone.node.address()});
  CHECK(f.contacts().size() == 1);
  f.registrar.on_flow_closed({Protocol::Tcp, 0, 6, f.phone.node.address()});
  CHECK(f.contacts().empty());
  CHECK(f.log.back() == "gone bob sip:y@b.invalid;transport=tcp 2");
}

TEST_CASE("RFC 4475 unksm2, regaut01, regescrt at the registrar") {
  const std::vector<std::pair<std::string, std::string>> verdicts = {
      {"unksm2", "SIP/2.0 400"}, {"regaut01", "SIP/2.0 401"}, {"regescrt", "SIP/2.0 401"}};
  for (const auto& [name, verdict] : verdicts) {
    Fixture f;
    std::ifstream file(
        std::string(TANDEM_SOURCE_DIR) + "/src/telephony/sip/torture/rfc4475/" + name + ".dat",
        std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    f.server.node.deliver(bytes, f.phone.node.flow());
    REQUIRE_FALSE(f.server.node.sent.empty());
    CHECK(f.server.node.sent.back().rfind(verdict, 0) == 0);
  }
}

TEST_CASE("a call to a registered phone goes along its flow") {
  Fixture f;
  CHECK(f.send({{"Contact", "<sip:bob@10.0.0.9:5060>"}}) == 200);  // behind NAT
  f.phone.when_invited = [](CallLeg& leg) { leg.answer(sdp_body("answer")); };
  InviteOptions options;
  route_to(*f.registrar.find("bob")[0], options);
  options.from = "<sip:alice@pbx>";
  options.body = sdp_body("offer");
  REQUIRE(f.server.endpoint.invite(options, &f.server) != nullptr);
  f.world.run(200ms);
  CHECK(f.phone.heard("confirmed "));
}

TEST_CASE("our own registration: kept up, learns the minimum, takes itself back") {
  Fixture f;
  Registration::Options options;
  options.registrar = "sip:192.0.2.1";
  options.aor = "sip:bob@192.0.2.1";
  options.contact_user = "bob";
  options.credentials = ClientCredentials{"bob", "secret", "pbx"};
  options.expires = 10s;
  Registration registration(f.phone.endpoint, f.random, options, f);
  registration.start();
  f.world.run(1s);
  CHECK(registration.is_registered());
  CHECK(f.log.back() == "up 60");
  f.world.run(10min);
  CHECK(f.contacts().size() == 1);
  CHECK(std::count(f.log.begin(), f.log.end(), "up 60") >= 10);
  registration.stop();
  f.world.run(1s);
  CHECK(f.contacts().empty());
}

TEST_CASE("our own registration: failures are tried again with growing pauses") {
  Fixture f;
  f.server.when_registered = [](IncomingRequest request) { request.respond(503); };
  Registration::Options options;
  options.registrar = "sip:192.0.2.1";
  options.aor = "sip:bob@192.0.2.1";
  Registration registration(f.phone.endpoint, f.random, options, f);
  registration.start();
  f.world.run(1h);
  const auto tries = std::count(f.log.begin(), f.log.end(), "down 503");
  CHECK(tries >= 5);
  CHECK(tries <= 12);
}

TEST_CASE("health of a peer by OPTIONS") {
  Fixture f;
  struct Watch : HealthCheck::Listener {
    void on_health_changed(HealthCheck&, bool up, int) override { changes.push_back(up); }
    std::vector<bool> changes;
  } watch;
  HealthCheck check(f.phone.endpoint, {"sip:192.0.2.1", {}, 30s, 10s, 2}, watch);
  check.start();
  f.world.run(2min);
  CHECK(watch.changes.empty());
  f.server.node.set_listener(nullptr);
  f.world.run(3min);
  CHECK(watch.changes == std::vector<bool>{false});
  CHECK_FALSE(check.is_up());
}

}  // namespace tandem::sip
