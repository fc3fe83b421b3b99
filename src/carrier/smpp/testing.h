#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include "carrier/smpp/client.h"
#include "carrier/smpp/framer.h"
#include "carrier/smpp/server.h"
#include "core/log.h"
#include "runtime/resolver.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

/// What the tests of this folder share: peers that send bytes as they are, and both ends of a link
/// with listeners whose events can be waited for.
namespace tandem::carrier::smpp::testing {

/// Longer than anything that is waited for.
inline constexpr std::chrono::milliseconds kPatience{10'000};

/// Runs `work` on the shard and waits until it is through.
template <class Work>
void on_shard(runtime::Shard& shard, Work work) {
  std::promise<void> through;
  shard.post([&] {
    work();
    through.set_value();
  });
  through.get_future().wait();
}

/// Events from a shard to the test.
template <class T>
class Events {
 public:
  void put(T event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    arrived_.notify_all();
  }
  /// The next one; the test fails when none comes.
  T next() {
    std::unique_lock lock(mutex_);
    REQUIRE(arrived_.wait_for(lock, kPatience, [this] { return !events_.empty(); }));
    T event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return events_.empty();
  }
  /// Drops events until one fits.
  T next_that(const std::function<bool(const T&)>& fits) {
    for (;;) {
      T event = next();
      if (fits(event)) return event;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> events_;
};

/// A peer of our own making: bytes and PDUs over a TCP connection, waiting with a bound.
class RawPeer {
 public:
  explicit RawPeer(runtime::UniqueFd fd) : fd_(std::move(fd)) {}
  static RawPeer connect(uint16_t port, int receive_buffer = 0) {
    runtime::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0) {
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const auto address = runtime::SocketAddress::parse("127.0.0.1", port);
    REQUIRE(::connect(fd.get(), address->get(), address->size()) == 0);
    return RawPeer(std::move(fd));
  }

  /// False when the other side has gone, or does not read (with `patience` 0: at once).
  bool send(std::string_view bytes, std::chrono::milliseconds patience = kPatience) {
    while (!bytes.empty()) {
      pollfd wait{fd_.get(), POLLOUT, 0};
      if (::poll(&wait, 1, static_cast<int>(patience.count())) != 1) return false;
      const ssize_t sent =
          ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  bool send(const Pdu& pdu) {
    std::string bytes;
    REQUIRE(write(bytes, pdu) == Status::Ok);
    return send(bytes);
  }
  /// The next PDU; the test fails when none comes.
  Pdu read() {
    for (;;) {
      if (const auto bytes = framer_.next()) {
        auto pdu = parse(*bytes);
        REQUIRE(pdu.has_value());
        return *pdu;
      }
      REQUIRE(read_once());
    }
  }
  /// Whether the other side closes; what it sends before does not count.
  bool read_to_end() {
    while (read_once()) {
    }
    return ended_;
  }
  /// The next PDU that is no enquire_link.
  Pdu read_beside_enquiries() {
    for (;;) {
      Pdu pdu = read();
      if (pdu.command != Command::EnquireLink) return pdu;
    }
  }
  void close() { fd_.reset(); }

  /// Sends a request and gives its response.
  Pdu ask(Command command, uint32_t sequence, Body body) {
    REQUIRE(send(Pdu{command, Status::Ok, sequence, std::move(body)}));
    return read_beside_enquiries();
  }
  Status bind(Command mode = Command::BindTransceiver, const std::string& system_id = "esme") {
    Bind body;
    body.system_id = system_id;
    body.password = "secret";
    return ask(mode, 1, body).status;
  }
  /// Takes a bind as a carrier does.
  void take_bind(Status status = Status::Ok) {
    const Pdu pdu = read();
    REQUIRE(is_bind(pdu.command));
    REQUIRE(send(Pdu{response_to(pdu.command), status, pdu.sequence, BindResp{"carrier", {}}}));
  }
  void respond(const Pdu& request, Status status, Body body) {
    REQUIRE(send(Pdu{response_to(request.command), status, request.sequence, std::move(body)}));
  }

 private:
  bool read_once() {
    pollfd wait{fd_.get(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(kPatience.count())) != 1) return false;
    char buffer[64 * 1024];
    const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    ended_ = got <= 0;
    if (got > 0) framer_.feed({buffer, static_cast<size_t>(got)});
    return got > 0;
  }

  runtime::UniqueFd fd_;
  Framer framer_;
  bool ended_ = false;
};

/// A carrier of our own making.
class RawListener {
 public:
  RawListener() {
    const auto address = runtime::SocketAddress::parse("127.0.0.1", 0);
    auto fd = runtime::listen_tcp(*address, false);
    REQUIRE(fd);
    fd_ = std::move(*fd);
  }
  uint16_t port() const { return runtime::SocketAddress::local_of(fd_.get()).port(); }
  RawPeer accept() {
    pollfd wait{fd_.get(), POLLIN, 0};
    REQUIRE(::poll(&wait, 1, static_cast<int>(kPatience.count())) == 1);
    return RawPeer(runtime::UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
  }

 private:
  runtime::UniqueFd fd_;
};

inline Message message_to(const std::string& number, const std::string& text) {
  Message message;
  message.source = address_of("+15550001");
  message.destination = address_of(number);
  message.registered_delivery = 1;
  message.short_message = text;
  return message;
}

/// Our server on a free port. Lets in who knows the password "secret" and answers each submit with
/// an id, unless told otherwise.
class TestServer final : public ServerListener {
 public:
  struct Submitted {
    RequestToken token;
    std::string system_id;
    Message message;
  };
  struct Delivered {
    uint64_t reference = 0;
    DeliverOutcome outcome;
  };
  struct Receivers {
    std::string system_id;
    size_t count = 0;
  };

  explicit TestServer(runtime::Shard& shard, ServerOptions options = fast()) : shard_(shard) {
    on_shard(shard_, [&] {
      server_ = std::make_unique<Server>(shard_, random_, std::move(options), *this);
      started = server_->start();
      if (started) port_ = server_->port();
    });
  }
  ~TestServer() {
    on_shard(shard_, [&] { server_.reset(); });
  }
  /// Short enough for tests that wait for a timeout, long enough for a busy machine.
  static ServerOptions fast() {
    ServerOptions options;
    options.tick = std::chrono::milliseconds(10);
    options.retry_shortest = std::chrono::milliseconds(10);
    options.retry_longest = std::chrono::milliseconds(50);
    return options;
  }

  uint16_t port() const { return port_; }
  template <class Work>
  void run(Work work) {
    on_shard(shard_, [&] { work(*server_); });
  }
  bool deliver(const std::string& system_id, uint64_t reference, Message message) {
    bool taken = false;
    run([&](Server& server) { taken = server.deliver(system_id, reference, std::move(message)); });
    return taken;
  }

  Result<void> started = fail("not yet");
  Grant grant;
  bool answers_binds = true;
  bool answers_submits = true;
  Events<Submitted> submitted;
  Events<Delivered> delivered;
  Events<Receivers> receivers;
  Events<uint64_t> binds;

 private:
  void on_bind(uint64_t session, const BindRequest& request) override {
    binds.put(session);
    if (!answers_binds) return;
    if (request.bind.password == "secret") {
      server_->accept(session, grant);
    } else {
      server_->refuse(session, Status::InvalidPassword);
    }
  }
  void on_submit(const RequestToken& token, const std::string& system_id,
                 const Message& message) override {
    if (answers_submits) {
      server_->answer_submit(token, Status::Ok, "id-" + std::to_string(++ids_));
    }
    submitted.put({token, system_id, message});
  }
  void on_operation(const RequestToken& token, const std::string& /*system_id*/,
                    const Pdu& request) override {
    if (const auto* query = std::get_if<QuerySm>(&request.body)) {
      server_->answer(token, Status::Ok, QuerySmResp{query->message_id, "", 2, 0});
    } else {
      server_->answer(token, Status::Ok, Empty{});
    }
  }
  void on_delivered(uint64_t reference, const DeliverOutcome& outcome) override {
    delivered.put({reference, outcome});
  }
  void on_receivers(const std::string& system_id, size_t count) override {
    receivers.put({system_id, count});
  }

  runtime::Shard& shard_;
  SystemRandom random_;
  std::unique_ptr<Server> server_;
  uint16_t port_ = 0;
  uint64_t ids_ = 0;
};

/// Our client.
class TestLink final : public LinkListener {
 public:
  struct Submitted {
    uint64_t reference = 0;
    SubmitOutcome outcome;
  };

  TestLink(runtime::Shard& shard, LinkOptions options) : shard_(shard) {
    on_shard(shard_, [&] {
      resolver_ = std::make_unique<runtime::Resolver>(shard_);
      link_ = std::make_unique<Link>(shard_, *resolver_, random_, std::move(options), *this);
      link_->start();
    });
  }
  ~TestLink() {
    on_shard(shard_, [&] {
      link_.reset();
      resolver_.reset();
    });
  }
  static LinkOptions to(uint16_t port) {
    LinkOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    options.system_id = "esme";
    options.password = "secret";
    options.tick = std::chrono::milliseconds(10);
    options.reconnect_shortest = std::chrono::milliseconds(10);
    options.reconnect_longest = std::chrono::milliseconds(100);
    options.throttle_shortest = std::chrono::milliseconds(5);
    options.throttle_longest = std::chrono::milliseconds(50);
    return options;
  }

  template <class Work>
  void run(Work work) {
    on_shard(shard_, [&] { work(*link_); });
  }
  bool submit(uint64_t reference, Message message) {
    bool taken = false;
    run([&](Link& link) { taken = link.submit(reference, std::move(message)); });
    return taken;
  }
  void wait_bound(size_t transmitters, size_t receivers) {
    state.next_that([&](const LinkState& now) {
      return now.transmitters == transmitters && now.receivers == receivers;
    });
  }
  void stop() {
    std::promise<void> done;
    run([&](Link& link) { link.stop([&] { done.set_value(); }); });
    REQUIRE(done.get_future().wait_for(kPatience) == std::future_status::ready);
  }

  Status delivery_answer = Status::Ok;
  Events<Submitted> submitted;
  Events<Receipt> receipts;
  Events<Message> messages;
  Events<LinkState> state;

 private:
  void on_submitted(uint64_t reference, const SubmitOutcome& outcome) override {
    submitted.put({reference, outcome});
  }
  void on_receipt(const DeliveryToken& token, const Receipt& receipt,
                  const Message& /*message*/) override {
    link_->answer(token, delivery_answer);
    receipts.put(receipt);
  }
  void on_message(const DeliveryToken& token, const Message& message) override {
    link_->answer(token, delivery_answer);
    messages.put(message);
  }
  void on_state(const LinkState& now) override { state.put(now); }

  runtime::Shard& shard_;
  SystemRandom random_;
  std::unique_ptr<runtime::Resolver> resolver_;
  std::unique_ptr<Link> link_;
};

/// One shard for one test.
struct Loop {
  Loop() {
    log::set_level(log::Level::Error);
    shards.start();
  }
  runtime::Shard& shard() { return shards[0]; }
  runtime::Shards shards{1};
};

}  // namespace tandem::carrier::smpp::testing
