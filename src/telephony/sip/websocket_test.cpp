#include "http/websocket.h"

#include <future>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "http/client.h"
#include "http/server.h"
#include "telephony/sip/stack.h"
#include "telephony/sip/websocket_gateway.h"

// A browser's side of SIP over WebSockets (RFC 7118): the HTTP server runs on one shard, the SIP
// stack on another.
namespace tandem::sip {
namespace {

using namespace std::chrono_literals;

struct Agent : Endpoint::Listener, CallLeg::Listener {
  void on_invite(CallLeg& leg) override {
    leg.set_listener(this);
    leg.answer(sdp_body("answer"));
  }
  void on_register(IncomingRequest request) override {
    registered = request.flow();
    request.respond(200);
  }
  void on_flow_closed(const Flow& flow) override {
    if (flow == registered) closed.set_value();
  }
  Flow registered;
  std::promise<void> closed;
};

struct Fixture {
  Fixture() : shards(2) {
    shards.start();
    on_shard(0, [&] {
      Stack::Options options;
      options.transport.listen = {{Protocol::Udp, "127.0.0.1", 0, {}}};
      options.transport.websocket_host_port = "sip.example.com:443";
      stack = std::make_unique<Stack>(shards[0], std::move(options), agent);
      REQUIRE(stack->start());
      gateway = std::make_unique<WebSocketGateway>(shards[0], stack->transport());
    });
    server = std::make_unique<http::Server>(shards, http::Server::Options{}, gateway->handler());
    REQUIRE(server->start());
    on_shard(1,
             [&] { client = std::make_unique<http::Client>(shards[1], http::Client::Options{}); });
  }
  ~Fixture() {
    server->stop(100ms);
    on_shard(1, [&] {
      browser.reset();
      client.reset();
    });
    on_shard(0, [&] {
      gateway.reset();
      stack.reset();
    });
    shards.stop();
  }

  template <class Work>
  void on_shard(size_t which, Work work) {
    std::promise<void> done;
    shards[which].post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  bool connect(const std::string& protocol) {
    std::promise<bool> connected;
    on_shard(1, [&] {
      http::Headers headers;
      headers.add("Sec-WebSocket-Protocol", protocol);
      client->connect_websocket("ws://127.0.0.1:" + std::to_string(server->port()) + "/", headers,
                                5s, [&](auto socket) {
                                  if (socket) take(*socket);
                                  connected.set_value(socket.has_value());
                                });
    });
    return connected.get_future().get();
  }
  void take(const std::shared_ptr<http::WebSocket>& socket) {
    browser = socket;
    browser->on_message = [this](const std::string& message, bool) { next.set_value(message); };
  }
  /// Sends and waits for what comes back.
  std::string exchange(const std::string& message) {
    on_shard(1, [&] {
      next = std::promise<std::string>();
      browser->send(message, false);
    });
    return next.get_future().get();
  }
  static std::string request(const std::string& method, const std::string& extra = {}) {
    return method + " sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK" +
           method + "\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: " + method +
           "\r\nCSeq: 1 " + method + "\r\nContact: <sip:a@x.invalid;transport=ws>\r\n" + extra +
           "\r\n";
  }

  runtime::Shards shards;
  Agent agent;
  std::unique_ptr<Stack> stack;
  std::unique_ptr<WebSocketGateway> gateway;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Client> client;
  std::shared_ptr<http::WebSocket> browser;
  std::promise<std::string> next;
};

}  // namespace

TEST_CASE("a browser registers, pings, calls and is called over its WebSocket") {
  Fixture f;
  REQUIRE(f.connect("sip"));
  CHECK(f.exchange("\r\n\r\n") == "\r\n");
  CHECK(f.exchange(Fixture::request("REGISTER")).rfind("SIP/2.0 200", 0) == 0);
  const std::string answer = f.exchange(Fixture::request("INVITE"));
  CHECK(answer.rfind("SIP/2.0 200", 0) == 0);
  CHECK(answer.find("Contact: <sip:bob@sip.example.com:443;transport=ws>") != std::string::npos);
  f.on_shard(1, [&] { f.next = std::promise<std::string>(); });
  f.on_shard(0, [&] {
    InviteOptions options;
    options.target = "sip:a@x.invalid;transport=ws";
    options.from = "<sip:bob@example.com>";
    options.flow = f.agent.registered;
    options.body = sdp_body("offer");
    REQUIRE(f.stack->endpoint().invite(options, &f.agent) != nullptr);
  });
  const std::string invite = f.next.get_future().get();
  CHECK(invite.rfind("INVITE sip:a@x.invalid;transport=ws SIP/2.0", 0) == 0);
  CHECK(invite.find("Via: SIP/2.0/WS ") != std::string::npos);
}

TEST_CASE("a closed WebSocket is a closed flow; other subprotocols are refused") {
  Fixture f;
  CHECK_FALSE(f.connect("chat"));
  REQUIRE(f.connect("sip"));
  f.exchange(Fixture::request("REGISTER"));
  f.on_shard(1, [&] { f.browser->close(1000, {}); });
  CHECK(f.agent.closed.get_future().wait_for(10s) == std::future_status::ready);
  f.on_shard(0, [&] { CHECK(f.stack->transport().connection_count() == 0); });
}

}  // namespace tandem::sip
