#include <algorithm>

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/client_transactions.h"
#include "telephony/sip/server_transactions.h"
#include "telephony/sip/testing.h"

// Transactions against a peer that is written by hand, on simulated time.
namespace tandem::sip {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::World;

struct Sender final : ClientUser {
  void on_response(const TransactionId&, const Message& response) override {
    statuses.push_back(response.status());
  }
  void on_failure(const TransactionId&, Failure why) override { failures.push_back(why); }
  std::vector<int> statuses;
  std::vector<Failure> failures;
};

struct Receiver final : ServerUser {
  Admission admit(const Message&, const Flow&) override {
    return admits ? Admission::Budgeted : Admission::No;
  }
  void on_request(const TransactionId& id, const Message& request, const Flow&) override {
    requests.push_back(id);
    methods.emplace_back(request.method_name());
  }
  void on_ack(const Message&, const Flow&) override { ++acks; }
  void on_cancel(const TransactionId&, const Message&) override { ++cancels; }
  void on_budget_freed(const Flow&) override { ++freed; }
  bool admits = true;
  std::vector<TransactionId> requests;
  std::vector<std::string> methods;
  int acks = 0;
  int cancels = 0;
  int freed = 0;
};

/// Our side: transactions of both kinds on one node.
struct Fixture : Transport::Listener {
  Fixture()
      : node(world.add("192.0.2.1")),
        peer(world.add("192.0.2.9")),
        hash(random),
        server(node, world.wheel, hash, random, {}, receiver),
        client(node, world.wheel, hash, random, {}) {
    node.set_listener(this);
  }

  void on_message(std::string_view bytes, const Flow& flow) override {
    Message message;
    REQUIRE(message.parse(bytes) == ParseFault::None);
    if (message.is_request()) {
      server.receive(message, flow);
    } else {
      client.receive(message);
    }
  }
  void on_send_failed(uint64_t token) override { client.on_send_failed(token); }
  void on_closed(const Flow&) override {}

  OutgoingRequest request(const std::string& method) const {
    return {method,
            "sip:b@192.0.2.9",
            {{"From", "<sip:a@h>;tag=1"},
             {"To", "<sip:b@h>"},
             {"Call-ID", "c1"},
             {"CSeq", "1 " + method},
             {"Max-Forwards", "70"}},
            {}};
  }

  /// What the peer would answer to the last request it was sent.
  void answer(int status, const std::string& to_tag = "9") {
    const auto last = std::find_if(node.sent.rbegin(), node.sent.rend(), [](const auto& text) {
      return text.rfind("ACK ", 0) != 0 && text.rfind("CANCEL ", 0) != 0;
    });
    Message sent;
    REQUIRE(sent.parse(*last) == ParseFault::None);
    const Flow from{Protocol::Udp, 0, 0, node.address()};
    const std::string head = response_head(sent, from, to_tag);
    Response response;
    response.status = status;
    peer.send(from, encode_response(response, head), 0);
  }

  /// A request from the peer.
  std::string incoming(const std::string& method, const std::string& branch,
                       const std::string& to_tag = "") const {
    return method + " sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=" + branch +
           "\r\nFrom: <sip:b@h>;tag=2\r\nTo: <sip:a@h>" + (to_tag.empty() ? "" : ";tag=" + to_tag) +
           "\r\nCall-ID: in\r\nCSeq: 7 " +
           (method == "CANCEL" || method == "ACK" ? "INVITE" : method) +
           "\r\nContent-Length: 0\r\n\r\n";
  }
  void receive(std::string text) {
    const size_t at = text.find("CSeq: 7 INVITE");
    if (text.rfind("CANCEL", 0) == 0) text.replace(at, 14, "CSeq: 7 CANCEL");
    if (text.rfind("ACK", 0) == 0) text.replace(at, 14, "CSeq: 7 ACK");
    peer.send({Protocol::Udp, 0, 0, node.address()}, text, 0);
    world.run(World::kDelay);
  }
  int sent_count(std::string_view start) const {
    return static_cast<int>(std::count_if(node.sent.begin(), node.sent.end(), [start](auto& text) {
      return text.rfind(start, 0) == 0;
    }));
  }

  World world;
  Node& node;
  Node& peer;
  SeededRandom random{7};
  KeyedHash hash;
  Receiver receiver;
  ServerTransactions server;
  ClientTransactions client;
};

}  // namespace

TEST_CASE("INVITE client: timer A doubles, timer B gives up after 64 T1") {
  Fixture f;
  Sender sender;
  f.client.send(f.request("INVITE"), f.peer.flow(), sender);
  f.world.run(31s);
  CHECK(f.sent_count("INVITE") == 6);  // at 0, 0.5, 1.5, 3.5, 7.5 and 15.5 s
  CHECK(sender.failures.empty());
  f.world.run(2s);
  CHECK(f.sent_count("INVITE") == 7);
  CHECK(sender.failures == std::vector<Failure>{Failure::Timeout});
  CHECK(f.client.size() == 0);
}

TEST_CASE("INVITE client: a provisional stops retransmission, a failure is acknowledged") {
  Fixture f;
  Sender sender;
  f.client.send(f.request("INVITE"), f.peer.flow(), sender);
  f.answer(180);
  f.world.run(10s);
  CHECK(f.sent_count("INVITE") == 1);
  f.answer(486);
  f.world.run(1s);
  f.answer(486);  // retransmitted: acknowledged again, not reported again
  f.world.run(1s);
  CHECK(sender.statuses == std::vector<int>{180, 486});
  CHECK(f.sent_count("ACK") == 2);
  f.world.run(33s);
  CHECK(f.client.size() == 0);
}

TEST_CASE("INVITE client: every fork's 2xx is reported once and acknowledged each time") {
  Fixture f;
  Sender sender;
  const auto id = f.client.send(f.request("INVITE"), f.peer.flow(), sender);
  f.answer(200, "first");
  f.world.run(100ms);
  f.client.acknowledge(id, "first", f.request("ACK"), f.peer.flow());
  f.answer(200, "first");
  f.answer(200, "second");
  f.world.run(100ms);
  CHECK(sender.statuses == std::vector<int>{200, 200});
  CHECK(f.sent_count("ACK") == 2);
}

TEST_CASE("non-INVITE client: timer E caps at T2, timer F gives up") {
  Fixture f;
  Sender sender;
  f.client.send(f.request("OPTIONS"), f.peer.flow(), sender);
  f.world.run(33s);
  CHECK(f.sent_count("OPTIONS") == 11);
  CHECK(sender.failures == std::vector<Failure>{Failure::Timeout});
}

TEST_CASE("CANCEL waits for a provisional response and shares the branch") {
  Fixture f;
  Sender sender;
  const auto id = f.client.send(f.request("INVITE"), f.peer.flow(), sender);
  f.client.cancel(id, {{"Reason", "SIP;cause=200"}});
  f.world.run(400ms);
  CHECK(f.sent_count("CANCEL") == 0);
  f.answer(180);
  f.world.run(100ms);
  REQUIRE(f.sent_count("CANCEL") == 1);
  Message invite;
  Message cancel;
  REQUIRE(invite.parse(f.node.sent.front()) == ParseFault::None);
  REQUIRE(cancel.parse(f.node.sent.back()) == ParseFault::None);
  CHECK(cancel.via().branch() == invite.via().branch());
  CHECK(cancel.get(HeaderId::Reason) == "SIP;cause=200");
  f.world.run(40s);  // nobody ever answers
  CHECK(sender.failures.size() == 1);
  CHECK(f.client.size() == 0);
}

TEST_CASE("a refused connection fails the transaction at once") {
  Fixture f;
  Sender sender;
  f.peer.refuse_connections = true;
  f.client.send(f.request("OPTIONS"), f.peer.flow(Protocol::Tcp), sender);
  f.world.run(100ms);
  CHECK(sender.failures == std::vector<Failure>{Failure::Transport});
}

TEST_CASE("INVITE server: 100 at once, failures repeated until ACK (timers G and H)") {
  Fixture f;
  f.receive(f.incoming("INVITE", "z9hG4bKx"));
  CHECK(f.sent_count("SIP/2.0 100") == 1);
  f.receive(f.incoming("INVITE", "z9hG4bKx"));
  CHECK(f.receiver.requests.size() == 1);
  CHECK(f.sent_count("SIP/2.0 100") == 2);
  f.server.respond(f.receiver.requests[0], {486, {}, {}, {}});
  f.world.run(4s);
  CHECK(f.sent_count("SIP/2.0 486") == 4);  // at 0, 0.5, 1.5 and 3.5 s
  f.receive(f.incoming("ACK", "z9hG4bKx"));
  f.world.run(4s);
  CHECK(f.sent_count("SIP/2.0 486") == 4);
  f.world.run(2s);
  CHECK(f.server.size() == 0);
  CHECK(f.receiver.freed == 1);
  CHECK(f.receiver.acks == 0);
}

TEST_CASE("INVITE server: without an ACK timer H ends it") {
  Fixture f;
  f.receive(f.incoming("INVITE", "z9hG4bKx"));
  f.server.respond(f.receiver.requests[0], {486, {}, {}, {}});
  f.world.run(33s);
  CHECK(f.server.size() == 0);
}

TEST_CASE("INVITE server after 2xx: retransmissions are absorbed, ACK goes up (RFC 6026)") {
  Fixture f;
  f.receive(f.incoming("INVITE", "z9hG4bKx"));
  f.server.respond(f.receiver.requests[0], {});
  f.receive(f.incoming("INVITE", "z9hG4bKx"));
  CHECK(f.receiver.requests.size() == 1);
  f.receive(f.incoming("ACK", "z9hG4bKother", "t"));
  CHECK(f.receiver.acks == 1);
  CHECK_FALSE(f.server.respond(f.receiver.requests[0], {500, {}, {}, {}}));
  f.world.run(33s);
  CHECK(f.server.size() == 0);
}

TEST_CASE("non-INVITE server: the final response is repeated for retransmissions (timer J)") {
  Fixture f;
  f.receive(f.incoming("OPTIONS", "z9hG4bKx"));
  CHECK(f.node.sent.empty());
  f.server.respond(f.receiver.requests[0], {});
  f.receive(f.incoming("OPTIONS", "z9hG4bKx"));
  CHECK(f.sent_count("SIP/2.0 200") == 2);
  f.world.run(33s);
  CHECK(f.server.size() == 0);
}

TEST_CASE("CANCEL: matched by branch, answered 200 or 481, too late is harmless") {
  Fixture f;
  f.receive(f.incoming("CANCEL", "z9hG4bKnone"));
  CHECK(f.sent_count("SIP/2.0 481") == 1);
  f.receive(f.incoming("INVITE", "z9hG4bKx"));
  f.receive(f.incoming("CANCEL", "z9hG4bKx"));
  CHECK(f.sent_count("SIP/2.0 200") == 1);
  CHECK(f.receiver.cancels == 1);
  f.server.respond(f.receiver.requests[0], {487, {}, {}, {}});
  f.receive(f.incoming("CANCEL", "z9hG4bKx"));
  CHECK(f.receiver.cancels == 1);
}

TEST_CASE("a merged request is answered 482, a second dialog request is none") {
  Fixture f;
  f.receive(f.incoming("INVITE", "z9hG4bKone"));
  f.receive(f.incoming("INVITE", "z9hG4bKtwo"));
  CHECK(f.receiver.requests.size() == 1);
  CHECK(f.sent_count("SIP/2.0 482") == 1);
  f.receive(f.incoming("OPTIONS", "z9hG4bKthree", "tag"));
  CHECK(f.receiver.requests.size() == 2);
}

TEST_CASE("requests without a true branch are told apart the old way") {
  Fixture f;
  f.receive(f.incoming("OPTIONS", "1"));
  f.receive(f.incoming("OPTIONS", "1"));
  f.receive(f.incoming("OPTIONS", "z9hG4bK", "x"));
  CHECK(f.receiver.requests.size() == 2);
}

TEST_CASE("who is not admitted gets no transaction; who is ignored gets no answer") {
  Fixture f;
  f.receiver.admits = false;
  f.receive(f.incoming("OPTIONS", "z9hG4bKx"));
  CHECK(f.server.size() == 0);
  f.receiver.admits = true;
  f.receive(f.incoming("OPTIONS", "z9hG4bKy"));
  f.server.ignore(f.receiver.requests[0]);
  CHECK(f.server.size() == 0);
  CHECK(f.node.sent.empty());
}

TEST_CASE("responses carry received and rport, and go where they belong (RFC 3581)") {
  Message message;
  const Flow from{Protocol::Udp, 0, 0, *Address::parse("203.0.113.5", 40000)};
  const std::string with_rport =
      "OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bKa, "
      "SIP/2.0/UDP two\r\nVia: SIP/2.0/TCP three\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
      "Call-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";
  REQUIRE(message.parse(with_rport) == ParseFault::None);
  CHECK(response_flow(message, from).remote.port() == 40000);
  const std::string head = response_head(message, from, "t");
  CHECK(head.find("Via: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKa;received=203.0.113.5;"
                  "rport=40000\r\nVia: SIP/2.0/UDP two\r\nVia: SIP/2.0/TCP three\r\n") == 0);
  CHECK(head.find("To: <sip:b@h>;tag=t\r\n") != std::string::npos);
  std::string plain = with_rport;
  plain.replace(plain.find(";rport"), 6, "");
  REQUIRE(message.parse(plain) == ParseFault::None);
  CHECK(response_flow(message, from).remote.port() == 5070);
  CHECK(response_head(message, from, "t").find(";received=203.0.113.5") != std::string::npos);
}

}  // namespace tandem::sip
