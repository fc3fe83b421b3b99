#include <chrono>
#include <set>

#include "carrier/smpp/flags.h"
#include "carrier/smpp/testing.h"
#include "runtime/tls.h"

using namespace tandem;
using namespace tandem::carrier::smpp;
using namespace tandem::carrier::smpp::testing;
using namespace std::chrono_literals;

using Kind = SubmitOutcome::Kind;

namespace {

Message receipt_for(const std::string& id) {
  Message message;
  message.source = address_of("+15552");
  message.destination = address_of("+15551");
  Receipt receipt;
  receipt.message_id = id;
  receipt.state = MessageState::Delivered;
  put_receipt(message, receipt);
  return message;
}

}  // namespace

TEST_CASE("a message goes out, its receipt and an answer come in") {
  Loop loop;
  TestServer server(loop.shard());
  REQUIRE(server.started);
  TestLink link(loop.shard(), TestLink::to(server.port()));
  link.wait_bound(1, 1);

  CHECK(link.submit(7, message_to("+15552", "hello")));
  const auto submitted = server.submitted.next();
  CHECK(submitted.system_id == "esme");
  CHECK(submitted.message == message_to("+15552", "hello"));
  const auto outcome = link.submitted.next();
  CHECK(outcome.reference == 7);
  CHECK(outcome.outcome.kind == Kind::Accepted);
  CHECK(outcome.outcome.message_id == "id-1");

  CHECK(server.deliver("esme", 70, receipt_for("id-1")));
  CHECK(link.receipts.next().message_id == "id-1");
  CHECK(server.deliver("esme", 71, message_to("+15551", "hi back")));
  CHECK(link.messages.next().short_message == "hi back");
  for (const uint64_t reference : {70U, 71U}) {
    const auto delivered = server.delivered.next();
    CHECK(delivered.reference == reference);
    CHECK(delivered.outcome.kind == DeliverOutcome::Kind::Delivered);
  }
  link.stop();
  CHECK(server.receivers.next().count == 1);
  CHECK(server.receivers.next().count == 0);
}

TEST_CASE("many messages over several binds, each with one outcome, within the window") {
  Loop loop;
  ServerOptions server_options = TestServer::fast();
  server_options.session.max_unanswered = 8;
  TestServer server(loop.shard(), server_options);
  LinkOptions options = TestLink::to(server.port());
  options.binds = {Command::BindTransmitter, Command::BindTransmitter, Command::BindReceiver,
                   Command::BindTransceiver};
  options.session.window = 8;  // one more in flight and the server would throttle
  TestLink link(loop.shard(), options);
  link.wait_bound(3, 2);
  constexpr uint64_t kMessages = 2000;
  link.run([&](Link& l) {
    for (uint64_t i = 0; i < kMessages; ++i) CHECK(l.submit(i, message_to("+15552", "x")));
  });
  std::set<uint64_t> references;
  std::set<std::string> ids;
  for (uint64_t i = 0; i < kMessages; ++i) {
    const auto submitted = link.submitted.next();
    CHECK(submitted.outcome.kind == Kind::Accepted);
    references.insert(submitted.reference);
    ids.insert(submitted.outcome.message_id);
  }
  CHECK(references.size() == kMessages);
  CHECK(ids.size() == kMessages);
  link.run([](Link& l) {
    CHECK(l.in_flight() == 0);
    CHECK(l.waiting() == 0);
  });
}

TEST_CASE("one transmitter keeps the order of its queue") {
  Loop loop;
  TestServer server(loop.shard());
  TestLink link(loop.shard(), TestLink::to(server.port()));
  link.wait_bound(1, 1);
  for (uint64_t i = 0; i < 200; ++i) {
    CHECK(link.submit(i, message_to("+15552", std::to_string(i))));
  }
  for (uint64_t i = 0; i < 200; ++i) {
    CHECK(server.submitted.next().message.short_message == std::to_string(i));
  }
}

TEST_CASE("a carrier that throttles gets everything in the end, in order") {
  Loop loop;
  TestServer server(loop.shard());
  server.grant.max_messages_per_second = 200;
  LinkOptions options = TestLink::to(server.port());
  options.max_throttled = 1000;
  TestLink link(loop.shard(), options);
  link.wait_bound(1, 1);
  constexpr uint64_t kMessages = 100;
  link.run([&](Link& l) {
    for (uint64_t i = 0; i < kMessages; ++i) CHECK(l.submit(i, message_to("+15552", "x")));
  });
  for (uint64_t i = 0; i < kMessages; ++i) {
    CHECK(link.submitted.next().outcome.kind == Kind::Accepted);
  }
}

TEST_CASE("a carrier that only throttles gets the message back in the end") {
  Loop loop;
  RawListener carrier;
  LinkOptions options = TestLink::to(carrier.port());
  options.max_throttled = 3;
  TestLink link(loop.shard(), options);
  RawPeer peer = carrier.accept();
  peer.take_bind();
  link.wait_bound(1, 1);
  CHECK(link.submit(1, message_to("+15552", "x")));
  for (const Status status :
       {Status::Throttled, Status::MessageQueueFull, Status::Throttled, Status::MessageQueueFull}) {
    peer.respond(peer.read_beside_enquiries(), status, MessageResp{});
  }
  const auto submitted = link.submitted.next();
  CHECK(submitted.outcome.kind == Kind::Rejected);
  CHECK(submitted.outcome.status == Status::MessageQueueFull);
}

TEST_CASE("the link keeps to its own rate") {
  Loop loop;
  TestServer server(loop.shard());
  LinkOptions options = TestLink::to(server.port());
  options.max_messages_per_second = 100;  // a burst of 10, then one each 10 ms
  TestLink link(loop.shard(), options);
  link.wait_bound(1, 1);
  const auto start = std::chrono::steady_clock::now();
  link.run([&](Link& l) {
    for (uint64_t i = 0; i < 40; ++i) CHECK(l.submit(i, message_to("+15552", "x")));
  });
  for (uint64_t i = 0; i < 40; ++i) CHECK(link.submitted.next().reference == i);
  CHECK(std::chrono::steady_clock::now() - start >= 290ms);
}

TEST_CASE("refusals, and what cannot be written, are rejections") {
  Loop loop;
  RawListener carrier;
  TestLink link(loop.shard(), TestLink::to(carrier.port()));
  RawPeer peer = carrier.accept();
  peer.take_bind();
  link.wait_bound(1, 1);
  CHECK(link.submit(1, message_to("+15552", "x")));
  peer.respond(peer.read(), Status::InvalidDestination, MessageResp{});
  CHECK(link.submitted.next().outcome.status == Status::InvalidDestination);

  CHECK(link.submit(2, message_to("+15552", "x")));
  const Pdu submit = peer.read();
  REQUIRE(peer.send(Pdu{Command::GenericNack, Status::SystemError, submit.sequence, Empty{}}));
  const auto nacked = link.submitted.next();
  CHECK(nacked.outcome.kind == Kind::Rejected);
  CHECK(nacked.outcome.status == Status::SystemError);

  CHECK(link.submit(3, message_to("+15552", std::string(300, 'x'))));
  const auto unwritable = link.submitted.next();
  CHECK(unwritable.outcome.kind == Kind::Rejected);
  CHECK(unwritable.outcome.status == Status::InvalidMessageLength);
}

TEST_CASE("when the connection drops, in flight is unknown, the rest was not sent") {
  Loop loop;
  RawListener carrier;
  LinkOptions options = TestLink::to(carrier.port());
  options.session.window = 2;
  TestLink link(loop.shard(), options);
  {
    RawPeer peer = carrier.accept();
    peer.take_bind();
    link.wait_bound(1, 1);
    link.run([](Link& l) {
      for (uint64_t i = 0; i < 5; ++i) CHECK(l.submit(i, message_to("+15552", "x")));
    });
    peer.read();
    peer.read();
  }
  for (uint64_t i = 0; i < 5; ++i) {
    const auto submitted = link.submitted.next();
    CHECK(submitted.reference == i);
    CHECK(submitted.outcome.kind == (i < 2 ? Kind::Unknown : Kind::NotSent));
  }
  link.wait_bound(0, 0);
  CHECK_FALSE(link.submit(9, message_to("+15552", "x")));

  RawPeer peer = carrier.accept();  // it comes back by itself
  peer.take_bind();
  link.wait_bound(1, 1);
  CHECK(link.submit(10, message_to("+15552", "x")));
  peer.respond(peer.read(), Status::Ok, MessageResp{"abc", {}});
  CHECK(link.submitted.next().outcome.message_id == "abc");
}

TEST_CASE("a submit without an answer is unknown; a late or strange answer changes nothing") {
  Loop loop;
  RawListener carrier;
  LinkOptions options = TestLink::to(carrier.port());
  options.session.response_timeout = 100ms;
  TestLink link(loop.shard(), options);
  RawPeer peer = carrier.accept();
  peer.take_bind();
  link.wait_bound(1, 1);
  CHECK(link.submit(1, message_to("+15552", "x")));
  const Pdu submit = peer.read();
  CHECK(link.submitted.next().outcome.kind == Kind::Unknown);
  peer.respond(submit, Status::Ok, MessageResp{"late", {}});
  REQUIRE(peer.send(Pdu{Command::SubmitSmResp, Status::Ok, 4242, MessageResp{"wild", {}}}));
  CHECK(link.submit(2, message_to("+15552", "y")));
  peer.respond(peer.read_beside_enquiries(), Status::Ok, MessageResp{"right", {}});
  const auto submitted = link.submitted.next();
  CHECK(submitted.reference == 2);
  CHECK(submitted.outcome.message_id == "right");
}

TEST_CASE("a refused bind is told and tried again") {
  Loop loop;
  RawListener carrier;
  TestLink link(loop.shard(), TestLink::to(carrier.port()));
  carrier.accept().take_bind(Status::InvalidPassword);
  const auto refused =
      link.state.next_that([](const LinkState& now) { return !now.problem.empty(); });
  CHECK(refused.problem.find("ESME_RINVPASWD") != std::string::npos);
  RawPeer peer = carrier.accept();
  peer.take_bind();
  link.wait_bound(1, 1);
}

TEST_CASE("nobody listens, or nobody speaks: the link goes on trying") {
  Loop loop;
  uint16_t port = 0;
  {
    const RawListener closed;
    port = closed.port();
  }
  {
    TestLink link(loop.shard(), TestLink::to(port));
    CHECK_FALSE(link.state.next().problem.empty());
    CHECK_FALSE(link.state.next().problem.empty());
  }
  RawListener silent;
  LinkOptions options = TestLink::to(silent.port());
  options.session.response_timeout = 50ms;
  TestLink link(loop.shard(), options);
  RawPeer first = silent.accept();
  CHECK(first.read_to_end());
  RawPeer second = silent.accept();
}

TEST_CASE("a silent carrier is asked, and dropped when it does not answer") {
  Loop loop;
  RawListener carrier;
  LinkOptions options = TestLink::to(carrier.port());
  options.session.enquire_interval = 30ms;
  options.session.response_timeout = 300ms;
  TestLink link(loop.shard(), options);
  RawPeer peer = carrier.accept();
  peer.take_bind();
  link.wait_bound(1, 1);
  for (size_t i = 0; i < 3; ++i) {
    const Pdu enquiry = peer.read();
    CHECK(enquiry.command == Command::EnquireLink);
    peer.respond(enquiry, Status::Ok, Empty{});
  }
  CHECK(peer.read_to_end());
  const auto down = link.state.next_that([](const LinkState& now) { return now.receivers == 0; });
  CHECK(down.problem.find("enquire_link") != std::string::npos);
}

TEST_CASE("the carrier may enquire, unbind and ask nonsense") {
  Loop loop;
  RawListener carrier;
  TestLink link(loop.shard(), TestLink::to(carrier.port()));
  RawPeer peer = carrier.accept();
  peer.take_bind();
  CHECK(peer.ask(Command::EnquireLink, 5, Empty{}).command == Command::EnquireLinkResp);
  CHECK(peer.ask(Command::SubmitSm, 6, Message{}).status == Status::InvalidCommandId);
  REQUIRE(peer.send(std::string("\0\0\0\x10\0\0\x0F\xFF\0\0\0\0\0\0\0\x07", 16)));
  const Pdu nack = peer.read();
  CHECK(nack.command == Command::GenericNack);
  CHECK(nack.status == Status::InvalidCommandId);
  CHECK(nack.sequence == 7);
  REQUIRE(peer.send(Pdu{Command::AlertNotification, Status::Ok, 8, AlertNotification{}}));
  Message nonsense;
  nonsense.esm_class = kEsmReceipt;
  CHECK(peer.ask(Command::DeliverSm, 9, nonsense).status == Status::ReceiverPermanent);
  DataSm data;
  data.tlvs.add_bytes(Tag::MessagePayload, "by data_sm");
  CHECK(peer.ask(Command::DataSm, 10, data).command == Command::DataSmResp);
  CHECK(*link.messages.next().tlvs.find(Tag::MessagePayload) == "by data_sm");
  CHECK(peer.ask(Command::Unbind, 11, Empty{}).command == Command::UnbindResp);
  CHECK(peer.read_to_end());
  RawPeer again = carrier.accept();
}

TEST_CASE("stopping waits for what is in flight, then unbinds") {
  Loop loop;
  RawListener carrier;
  LinkOptions options = TestLink::to(carrier.port());
  options.session.window = 1;
  TestLink link(loop.shard(), options);
  RawPeer peer = carrier.accept();
  peer.take_bind();
  link.wait_bound(1, 1);
  CHECK(link.submit(1, message_to("+15552", "x")));
  const Pdu submit = peer.read();
  CHECK(link.submit(2, message_to("+15552", "y")));
  std::promise<void> done;
  link.run([&](Link& l) {
    l.stop([&] { done.set_value(); });
    CHECK_FALSE(l.submit(3, message_to("+15552", "z")));
  });
  const auto given_back = link.submitted.next();
  CHECK(given_back.reference == 2);
  CHECK(given_back.outcome.kind == Kind::NotSent);
  peer.respond(submit, Status::Ok, MessageResp{"last", {}});
  CHECK(link.submitted.next().outcome.message_id == "last");
  peer.respond(peer.read(), Status::Ok, Empty{});  // the unbind
  CHECK(done.get_future().wait_for(kPatience) == std::future_status::ready);
  CHECK(peer.read_to_end());
}

TEST_CASE("message ids of carriers that write them in two bases") {
  Loop loop;
  TestServer server(loop.shard());
  server.answers_submits = false;
  LinkOptions options = TestLink::to(server.port());
  options.reply_ids = IdForm::Hexadecimal;
  options.receipt_ids = IdForm::Decimal;
  TestLink link(loop.shard(), options);
  link.wait_bound(1, 1);
  CHECK(link.submit(1, message_to("+15552", "x")));
  const RequestToken token = server.submitted.next().token;
  server.run([&](Server& s) { s.answer_submit(token, Status::Ok, "00FF"); });
  CHECK(link.submitted.next().outcome.message_id == "255");
  CHECK(server.deliver("esme", 1, receipt_for("0000000255")));
  CHECK(link.receipts.next().message_id == "255");
}

TEST_CASE("the queue is bounded") {
  Loop loop;
  TestServer server(loop.shard());
  server.answers_submits = false;
  LinkOptions options = TestLink::to(server.port());
  options.max_waiting = 10;
  options.session.window = 4;
  TestLink link(loop.shard(), options);
  link.wait_bound(1, 1);
  link.run([](Link& l) {
    size_t taken = 0;
    for (uint64_t i = 0; i < 100; ++i) taken += l.submit(i, message_to("+15552", "x")) ? 1 : 0;
    CHECK(taken == 10);
  });
}
