#include "carrier/smpp/server.h"

#include <chrono>
#include <filesystem>
#include <vector>

#include "carrier/smpp/testing.h"
#include "runtime/tls.h"

using namespace tandem;
using namespace tandem::carrier::smpp;
using namespace tandem::carrier::smpp::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

using Kind = DeliverOutcome::Kind;

TEST_CASE("who is not bound may do nothing, who is bound may not bind again") {
  Loop loop;
  TestServer server(loop.shard());
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.ask(Command::SubmitSm, 1, Message{}).status == Status::InvalidBindStatus);
  CHECK(peer.ask(Command::QuerySm, 2, QuerySm{}).status == Status::InvalidBindStatus);
  CHECK(peer.ask(Command::EnquireLink, 3, Empty{}).status == Status::Ok);
  CHECK(peer.bind() == Status::Ok);
  CHECK(peer.bind() == Status::AlreadyBound);
  CHECK(peer.ask(Command::SubmitSm, 5, message_to("+1555", "x")).status == Status::Ok);
  CHECK(peer.ask(Command::DeliverSm, 6, Message{}).status == Status::InvalidCommandId);
  CHECK(peer.ask(Command::DeliverSm, 7, Message{}).status == Status::InvalidCommandId);
  CHECK(peer.ask(Command::Unbind, 8, Empty{}).command == Command::UnbindResp);
  CHECK(peer.read_to_end());
}

TEST_CASE("each mode of bind may do its part") {
  Loop loop;
  TestServer server(loop.shard());
  RawPeer transmitter = RawPeer::connect(server.port());
  CHECK(transmitter.bind(Command::BindTransmitter) == Status::Ok);
  CHECK(server.receivers.next().count == 0);
  RawPeer receiver = RawPeer::connect(server.port());
  CHECK(receiver.bind(Command::BindReceiver) == Status::Ok);
  CHECK(server.receivers.next().count == 1);
  CHECK(receiver.ask(Command::SubmitSm, 2, message_to("+1555", "x")).status ==
        Status::InvalidBindStatus);
  CHECK(transmitter.ask(Command::SubmitSm, 2, message_to("+1555", "x")).status == Status::Ok);
  CHECK(server.deliver("esme", 1, message_to("+1555", "for you")));
  const Pdu delivery = receiver.read();
  CHECK(std::get<Message>(delivery.body).short_message == "for you");
  receiver.respond(delivery, Status::Ok, MessageResp{});
  CHECK(server.delivered.next().outcome.kind == Kind::Delivered);
}

TEST_CASE("data_sm, query, cancel and replace are answered in kind") {
  Loop loop;
  TestServer server(loop.shard());
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.bind() == Status::Ok);
  DataSm data;
  data.tlvs.add_bytes(Tag::MessagePayload, std::string(1000, 'x'));
  const Pdu taken = peer.ask(Command::DataSm, 2, data);
  CHECK(taken.command == Command::DataSmResp);
  CHECK(std::get<MessageResp>(taken.body).message_id == "id-1");
  CHECK(server.submitted.next().message.tlvs.find(Tag::MessagePayload)->size() == 1000);
  const Pdu state = peer.ask(Command::QuerySm, 3, QuerySm{"id-1", {}});
  CHECK(std::get<QuerySmResp>(state.body).message_state == 2);
  CHECK(peer.ask(Command::CancelSm, 4, CancelSm{}).command == Command::CancelSmResp);
  CHECK(peer.ask(Command::ReplaceSm, 5, ReplaceSm{}).command == Command::ReplaceSmResp);
}

TEST_CASE("a wrong password ends the session; too many sessions are refused") {
  Loop loop;
  TestServer server(loop.shard());
  server.grant.max_sessions = 2;
  RawPeer wrong = RawPeer::connect(server.port());
  CHECK(wrong.ask(Command::BindTransceiver, 1, Bind{}).status == Status::InvalidPassword);
  CHECK(wrong.read_to_end());
  RawPeer first = RawPeer::connect(server.port());
  RawPeer second = RawPeer::connect(server.port());
  RawPeer third = RawPeer::connect(server.port());
  CHECK(first.bind() == Status::Ok);
  CHECK(second.bind() == Status::Ok);
  CHECK(third.bind() == Status::BindFailed);
  CHECK(third.read_to_end());
  RawPeer other = RawPeer::connect(server.port());
  CHECK(other.bind(Command::BindTransceiver, "other") == Status::Ok);
  first.close();
  server.receivers.next_that(
      [](const auto& now) { return now.system_id == "esme" && now.count == 1; });
  RawPeer fourth = RawPeer::connect(server.port());
  CHECK(fourth.bind() == Status::Ok);
}

TEST_CASE("strangers are bounded in number and time") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.max_sessions = 6;
  options.max_unbound_per_address = 3;
  options.bind_timeout = 300ms;
  TestServer server(loop.shard(), options);
  std::vector<RawPeer> strangers;
  for (size_t i = 0; i < 3; ++i) strangers.push_back(RawPeer::connect(server.port()));
  CHECK(RawPeer::connect(server.port()).read_to_end());               // one too many
  for (RawPeer& stranger : strangers) CHECK(stranger.read_to_end());  // in time
  strangers.clear();
  for (size_t i = 0; i < 6; ++i) {
    strangers.push_back(RawPeer::connect(server.port()));
    CHECK(strangers.back().bind() == Status::Ok);
  }
  CHECK(RawPeer::connect(server.port()).read_to_end());
}

TEST_CASE("a verdict on a bind that comes too late or twice does no harm") {
  Loop loop;
  TestServer server(loop.shard());
  server.answers_binds = false;
  RawPeer peer = RawPeer::connect(server.port());
  REQUIRE(peer.send(
      Pdu{Command::BindTransceiver, Status::Ok, 1, Bind{"esme", "secret", "", 0x34, {}}}));
  const uint64_t session = server.binds.next();
  server.run([&](Server& s) {
    s.accept(session, Grant{});
    s.accept(session, Grant{});
    s.refuse(session, Status::InvalidPassword);
    s.accept(999, Grant{});
  });
  CHECK(peer.read().status == Status::Ok);
  CHECK(peer.ask(Command::EnquireLink, 2, Empty{}).status == Status::Ok);
}

TEST_CASE("length bombs and half PDUs are cut off") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.session.partial_timeout = 100ms;
  TestServer server(loop.shard(), options);
  RawPeer bomb = RawPeer::connect(server.port());
  REQUIRE(bomb.send("\x7F\xFF\xFF\xFF"s));
  const Pdu nack = bomb.read();
  CHECK(nack.command == Command::GenericNack);
  CHECK(nack.status == Status::InvalidCommandLength);
  CHECK(bomb.read_to_end());

  RawPeer half = RawPeer::connect(server.port());
  CHECK(half.bind() == Status::Ok);
  REQUIRE(half.send("\0\0\0\x40\0\0\0\x04"s));
  CHECK(half.read_to_end());
}

TEST_CASE("a PDU that cannot be read is refused, the session goes on") {
  Loop loop;
  TestServer server(loop.shard());
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.bind() == Status::Ok);
  std::string bytes;
  REQUIRE(write(bytes, Pdu{Command::SubmitSm, Status::Ok, 5, message_to("+1555", "x")}) ==
          Status::Ok);
  bytes.back() = '\x01';  // the text's length stays, the last octet goes
  bytes.pop_back();
  bytes[3] = static_cast<char>(bytes.size());
  REQUIRE(peer.send(bytes));
  const Pdu nack = peer.read();
  CHECK(nack.command == Command::GenericNack);
  CHECK(nack.sequence == 5);
  CHECK(peer.ask(Command::SubmitSm, 6, message_to("+1555", "x")).status == Status::Ok);
}

TEST_CASE("more open requests than allowed are throttled") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.session.max_unanswered = 10;
  TestServer server(loop.shard(), options);
  server.answers_submits = false;
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.bind() == Status::Ok);
  std::string flood;
  for (uint32_t i = 0; i < 1000; ++i) {
    REQUIRE(write(flood, Pdu{Command::SubmitSm, Status::Ok, i + 10, message_to("+1", "x")}) ==
            Status::Ok);
  }
  REQUIRE(peer.send(flood));
  for (uint32_t i = 10; i < 1000; ++i) {
    const Pdu refusal = peer.read();
    CHECK(refusal.status == Status::Throttled);
    CHECK(refusal.sequence == i + 10);
  }
  for (size_t i = 0; i < 10; ++i) {
    const RequestToken token = server.submitted.next().token;
    server.run([&](Server& s) { s.answer_submit(token, Status::Ok, "late"); });
    CHECK(std::get<MessageResp>(peer.read().body).message_id == "late");
  }
  CHECK(server.submitted.empty());
}

TEST_CASE("a rate is kept for each session") {
  Loop loop;
  TestServer server(loop.shard());
  server.grant.max_messages_per_second = 10;
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.bind() == Status::Ok);
  size_t throttled = 0;
  for (uint32_t i = 0; i < 50; ++i) {
    const Status status = peer.ask(Command::SubmitSm, i + 2, message_to("+1", "x")).status;
    if (status == Status::Throttled) ++throttled;
  }
  CHECK(throttled > 0);
}

TEST_CASE("a peer that does not read is not read from, and cut off in the end") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.session.write_timeout = 300ms;
  options.session.connection.max_unsent_bytes = 16 * 1024;
  TestServer server(loop.shard(), options);
  RawPeer peer = RawPeer::connect(server.port(), 4096);
  CHECK(peer.bind() == Status::Ok);
  std::string flood;
  for (uint32_t i = 0; i < 2000; ++i) {
    REQUIRE(write(flood, Pdu{Command::EnquireLink, Status::Ok, i + 10, Empty{}}) == Status::Ok);
  }
  // Until the server closes; no more than the kernel's buffers can go through.
  size_t sent = 0;
  while (peer.send(flood, 5000ms) && sent < (64U << 20)) sent += flood.size();
  CHECK(sent < (64U << 20));
  server.receivers.next_that([](const auto& now) { return now.count == 0; });
}

TEST_CASE("deliveries are repeated until somebody takes them") {
  Loop loop;
  TestServer server(loop.shard());
  CHECK(server.deliver("esme", 1, message_to("+1", "waits")));  // nobody is bound yet
  {
    RawPeer first = RawPeer::connect(server.port());
    CHECK(first.bind() == Status::Ok);
    Pdu delivery = first.read();
    first.respond(delivery, Status::ReceiverTemporary, MessageResp{});
    delivery = first.read();
    CHECK(std::get<Message>(delivery.body).short_message == "waits");
  }  // gone without an answer
  RawPeer second = RawPeer::connect(server.port());
  CHECK(second.bind() == Status::Ok);
  Pdu delivery = second.read();
  CHECK(std::get<Message>(delivery.body).short_message == "waits");
  second.respond(delivery, Status::Ok, MessageResp{});
  CHECK(server.delivered.next().outcome.kind == Kind::Delivered);

  CHECK(server.deliver("esme", 2, message_to("+1", "no")));
  second.respond(second.read(), Status::ReceiverReject, MessageResp{});
  const auto refused = server.delivered.next();
  CHECK(refused.reference == 2);
  CHECK(refused.outcome.kind == Kind::Refused);
  CHECK(refused.outcome.status == Status::ReceiverReject);

  CHECK(server.deliver("esme", 3, message_to("+1", std::string(300, 'x'))));
  CHECK(server.delivered.next().outcome.status == Status::InvalidMessageLength);
}

TEST_CASE("deliveries that nobody takes are given up") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.max_attempts = 3;
  options.delivery_lifetime = 200ms;
  options.max_waiting = 2;
  TestServer server(loop.shard(), options);
  CHECK(server.deliver("absent", 1, message_to("+1", "x")));
  CHECK(server.deliver("absent", 2, message_to("+1", "x")));
  CHECK_FALSE(server.deliver("absent", 3, message_to("+1", "x")));
  for (const uint64_t reference : {1U, 2U}) {
    const auto given_up = server.delivered.next();
    CHECK(given_up.reference == reference);
    CHECK(given_up.outcome.kind == Kind::GivenUp);
  }
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.bind() == Status::Ok);
  CHECK(server.deliver("esme", 4, message_to("+1", "x")));
  for (size_t i = 0; i < 3; ++i) {
    peer.respond(peer.read(), Status::ReceiverTemporary, MessageResp{});
  }
  CHECK(server.delivered.next().reference == 4);
  server.run([](Server& s) { CHECK(s.pending() == 0); });
}

TEST_CASE("deliveries keep to the window and spread over the sessions") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.session.window = 3;
  TestServer server(loop.shard(), options);
  RawPeer first = RawPeer::connect(server.port());
  CHECK(first.bind() == Status::Ok);
  RawPeer second = RawPeer::connect(server.port());
  CHECK(second.bind() == Status::Ok);
  server.run([](Server& s) {
    for (uint64_t i = 0; i < 10; ++i) CHECK(s.deliver("esme", i, message_to("+1", "x")));
  });
  for (RawPeer* peer : {&first, &second}) {
    std::vector<Pdu> deliveries;
    for (size_t i = 0; i < 3; ++i) deliveries.push_back(peer->read());
    // Nothing more comes before an answer: the next PDU is the answer to this.
    CHECK(peer->ask(Command::EnquireLink, 9, Empty{}).command == Command::EnquireLinkResp);
  }
}

TEST_CASE("a silent peer is enquired after and dropped") {
  Loop loop;
  ServerOptions options = TestServer::fast();
  options.session.enquire_interval = 30ms;
  options.session.response_timeout = 200ms;
  TestServer server(loop.shard(), options);
  RawPeer peer = RawPeer::connect(server.port());
  CHECK(peer.bind() == Status::Ok);
  const Pdu enquiry = peer.read();
  CHECK(enquiry.command == Command::EnquireLink);
  peer.respond(enquiry, Status::Ok, Empty{});
  CHECK(peer.read_to_end());
}

TEST_CASE("stopping unbinds everyone") {
  Loop loop;
  TestServer server(loop.shard());
  RawPeer bound = RawPeer::connect(server.port());
  CHECK(bound.bind() == Status::Ok);
  RawPeer stranger = RawPeer::connect(server.port());
  CHECK(stranger.ask(Command::EnquireLink, 1, Empty{}).status == Status::Ok);
  CHECK(server.deliver("absent", 1, message_to("+1", "x")));
  std::promise<void> done;
  server.run([&](Server& s) { s.stop([&] { done.set_value(); }); });
  CHECK(stranger.read_to_end());
  const Pdu unbind = bound.read();
  CHECK(unbind.command == Command::Unbind);
  bound.respond(unbind, Status::Ok, Empty{});
  CHECK(done.get_future().wait_for(kPatience) == std::future_status::ready);
  CHECK(server.delivered.next().outcome.kind == Kind::GivenUp);
  server.run([](Server& s) { CHECK(s.sessions() == 0); });
}

TEST_CASE("a busy port is an error in words") {
  Loop loop;
  TestServer first(loop.shard());
  ServerOptions options;
  options.places.front().port = first.port();
  TestServer second(loop.shard(), options);
  REQUIRE_FALSE(second.started);
  CHECK(second.started.error().what.find("in use") != std::string::npos);
}

TEST_CASE("both ends over TLS, beside a plain place") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("tandem_smpp_tls_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string cert = folder / "cert.pem";
  const std::string key = folder / "key.pem";
  REQUIRE(runtime::make_self_signed("127.0.0.1", cert, key));
  Loop loop;
  ServerOptions server_options = TestServer::fast();
  server_options.places.push_back({"127.0.0.1", 0, runtime::TlsContext::server(cert, key).value()});
  TestServer server(loop.shard(), server_options);
  CHECK(RawPeer::connect(server.port()).bind() == Status::Ok);
  uint16_t port = 0;
  server.run([&](Server& s) { port = s.port(1); });
  LinkOptions options = TestLink::to(port);
  options.tls = runtime::TlsContext::client(cert).value();
  {
    TestLink link(loop.shard(), options);
    link.wait_bound(1, 1);
    for (uint64_t i = 0; i < 300; ++i) CHECK(link.submit(i, message_to("+1", "x")));
    for (uint64_t i = 0; i < 300; ++i) {
      CHECK(link.submitted.next().outcome.kind == SubmitOutcome::Kind::Accepted);
    }
    link.stop();
  }
  options.tls = runtime::TlsContext::client().value();  // does not know the certificate
  TestLink stranger(loop.shard(), options);
  CHECK(stranger.state.next().problem.find("certificate") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("many sessions at once") {
  Loop loop;
  TestServer server(loop.shard());
  server.grant.max_sessions = 200;
  std::vector<RawPeer> peers;
  for (size_t i = 0; i < 200; ++i) {
    peers.push_back(RawPeer::connect(server.port()));
    CHECK(peers.back().bind() == Status::Ok);
  }
  for (RawPeer& peer : peers) {
    REQUIRE(peer.send(Pdu{Command::SubmitSm, Status::Ok, 2, message_to("+1", "x")}));
  }
  for (RawPeer& peer : peers) CHECK(peer.read().status == Status::Ok);
}
