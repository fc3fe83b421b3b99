#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/tls.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/stack.h"

// The stack over real sockets of the loopback interface, on a shard of its own.
namespace tandem::sip {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kDeadline{1'500};

/// Answers every call, remembers how calls ended.
struct Agent : Endpoint::Listener, CallLeg::Listener {
  void on_invite(CallLeg& leg) override {
    leg.set_listener(this);
    leg.answer(sdp_body("answer"));
  }
  void on_answered(CallLeg& leg, const Message&) override { leg.bye({}); }
  void on_ended(CallLeg&, const LegEnd& end) override {
    ++ended;
    last = end.cause;
    if (when_ended) when_ended();
  }
  void on_flow_closed(const Flow&) override {
    ++closed;
    if (when_closed) when_closed();
  }
  int ended = 0;
  int closed = 0;
  EndCause last = EndCause::Timeout;
  std::function<void()> when_ended;
  std::function<void()> when_closed;
};

/// Two user agents on one shard, each with its own listeners.
struct Fixture {
  /// With TLS when there is a host that its certificate is for.
  explicit Fixture(const std::string& ip = "127.0.0.1", const std::string& certified = {})
      : shards(1) {
    shards.start();
    SocketTransport::Options options;
    options.deadlines.message = options.deadlines.first_byte = kDeadline;
    options.listen = {{Protocol::Udp, ip, 0, {}}, {Protocol::Tcp, ip, 0, {}}};
    if (!certified.empty()) {
      char directory[] = "/tmp/tandem-sip-XXXXXX";
      REQUIRE(::mkdtemp(directory) != nullptr);
      cert = std::string(directory) + "/cert.pem";
      key = std::string(directory) + "/key.pem";
      REQUIRE(runtime::make_self_signed(certified, cert, key));
      options.tls_server = *runtime::TlsContext::server(cert, key);
      options.tls_client = *runtime::TlsContext::client(cert);
      options.listen.push_back({Protocol::Tls, ip, 0, {}});
    }
    on_shard([&] {
      alice = std::make_unique<Stack>(shards[0], Stack::Options{options, {}, {}}, caller);
      bob = std::make_unique<Stack>(shards[0], Stack::Options{options, {}, {}}, callee);
      REQUIRE(alice->start());
      REQUIRE(bob->start());
    });
  }
  ~Fixture() {
    on_shard([&] {
      alice.reset();
      bob.reset();
    });
    shards.stop();
    if (!cert.empty()) {
      std::remove(cert.c_str());
      std::remove(key.c_str());
      ::rmdir(cert.substr(0, cert.rfind('/')).c_str());
    }
  }

  template <class Work>
  void on_shard(Work work) {
    std::promise<void> done;
    shards[0].post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  /// Calls bob and waits until the call is over.
  EndCause call(const std::string& target, Body body = sdp_body("offer")) {
    std::promise<EndCause> over;
    on_shard([&] {
      caller.when_ended = [&] { over.set_value(caller.last); };
      InviteOptions options;
      options.target = target;
      options.from = "<sip:alice@example.com>";
      options.body = std::move(body);
      REQUIRE(alice->endpoint().invite(options, &caller) != nullptr);
    });
    auto result = over.get_future();
    REQUIRE(result.wait_for(20s) == std::future_status::ready);
    return result.get();
  }
  std::string port(size_t which) {
    uint16_t found = 0;
    on_shard([&] { found = bob->transport().port(which); });
    return std::to_string(found);
  }

  runtime::Shards shards;
  Agent caller;
  Agent callee;
  std::unique_ptr<Stack> alice;
  std::unique_ptr<Stack> bob;
  std::string cert;
  std::string key;
};

/// A plain socket of the test, connected to a port of 127.0.0.1.
struct RawSocket {
  RawSocket(int type, const std::string& port) : fd(::socket(AF_INET, type, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(port)));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    const timeval wait{10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  }
  ~RawSocket() { ::close(fd); }
  void send(const std::string& bytes) const {
    REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  /// What comes next; empty at the end of the stream.
  std::string receive() const {
    char space[4096];
    const ssize_t size = ::recv(fd, space, sizeof space, 0);
    return size > 0 ? std::string(space, static_cast<size_t>(size)) : std::string();
  }
  int fd;
};

std::string options_request(const std::string& transport, const std::string& extra = {}) {
  return "OPTIONS sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/" + transport +
         " 127.0.0.1;rport;branch=z9hG4bKraw\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
         "Call-ID: raw\r\nCSeq: 1 OPTIONS\r\n" +
         extra + "Content-Length: 0\r\n\r\n";
}

}  // namespace

TEST_CASE("a call over UDP, over TCP, over IPv6") {
  Fixture v4;
  CHECK(v4.call("sip:bob@127.0.0.1:" + v4.port(0)) == EndCause::LocalBye);
  CHECK(v4.call("sip:bob@127.0.0.1:" + v4.port(1) + ";transport=tcp") == EndCause::LocalBye);
  CHECK(v4.call("sip:bob@127.0.0.1:" + v4.port(1) + ";transport=tcp",
                sdp_body(std::string(20'000, 'x'))) == EndCause::LocalBye);
  Fixture v6("::1");
  CHECK(v6.call("sip:bob@[::1]:" + v6.port(0)) == EndCause::LocalBye);
  CHECK(v6.call("sip:bob@[::1]:" + v6.port(1) + ";transport=tcp") == EndCause::LocalBye);
}

TEST_CASE("a call over TLS, with a verified certificate") {
  Fixture f("127.0.0.1", "127.0.0.1");
  CHECK(f.call("sip:bob@127.0.0.1:" + f.port(2) + ";transport=tls") == EndCause::LocalBye);
  CHECK(f.call("sips:bob@127.0.0.1:" + f.port(2)) == EndCause::LocalBye);
  // "localhost" resolves to the same listener but is not whom the certificate is for.
  CHECK(f.call("sip:bob@localhost:" + f.port(2) + ";transport=tls") == EndCause::Transport);
}

TEST_CASE("no call over TLS to one whose certificate is somebody else's") {
  Fixture f("127.0.0.1", "sip.example.com");
  CHECK(f.call("sip:bob@127.0.0.1:" + f.port(2) + ";transport=tls") == EndCause::Transport);
  CHECK(f.call("sip:bob@localhost:" + f.port(2) + ";transport=tls") == EndCause::Transport);
}

TEST_CASE("a refused connection fails at once, names come from the hosts file") {
  Fixture f;
  CHECK(f.call("sip:bob@127.0.0.1:1;transport=tcp") == EndCause::Transport);
  CHECK(f.call("sip:bob@localhost:" + f.port(0)) == EndCause::LocalBye);
}

TEST_CASE("UDP: OPTIONS, STUN and keep-alives on one port") {
  Fixture f;
  const RawSocket socket(SOCK_DGRAM, f.port(0));
  socket.send("\r\n\r\n");
  socket.send(options_request("UDP"));
  const std::string answer = socket.receive();
  CHECK(answer.rfind("SIP/2.0 200", 0) == 0);
  CHECK(answer.find(";received=127.0.0.1;rport=") != std::string::npos);
  socket.send(
      std::string("\x00\x01\x00\x00\x21\x12\xA4\x42"
                  "abcdefghijkl",
                  20));
  CHECK(socket.receive().size() == 32);
}

TEST_CASE("TCP: framing, pings, and the end of streams that cannot be framed") {
  Fixture f;
  const RawSocket socket(SOCK_STREAM, f.port(1));
  const std::string request = options_request("TCP");
  socket.send("\r\n\r\n");
  CHECK(socket.receive() == "\r\n");
  socket.send(request.substr(0, 100));
  socket.send(request.substr(100));
  CHECK(socket.receive().rfind("SIP/2.0 200", 0) == 0);
  std::promise<void> closed;
  f.on_shard([&] { f.callee.when_closed = [&] { closed.set_value(); }; });
  socket.send(options_request("TCP", "Content-Length: 3\r\n"));
  CHECK(socket.receive().empty());
  closed.get_future().wait();
}

TEST_CASE("slow loris: who never finishes a message loses the connection, others are served") {
  Fixture f;
  const RawSocket slow(SOCK_STREAM, f.port(1));
  slow.send("OPTIONS sip:bob");
  const RawSocket silent(SOCK_STREAM, f.port(1));
  const RawSocket fine(SOCK_STREAM, f.port(1));
  fine.send(options_request("TCP"));
  CHECK(fine.receive().rfind("SIP/2.0 200", 0) == 0);
  const auto start = std::chrono::steady_clock::now();
  CHECK(slow.receive().empty());
  CHECK(silent.receive().empty());
  CHECK(std::chrono::steady_clock::now() - start < 8s);
}

TEST_CASE("connections of one source are limited") {
  Fixture f;
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (size_t i = 0; i <= kMaxConnectionsPerSource; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(SOCK_STREAM, f.port(1)));
  }
  CHECK(sockets.back()->receive().empty());
  f.on_shard([&] {
    CHECK(f.bob->transport().connection_count() == kMaxConnectionsPerSource);
    CHECK(f.bob->transport().counters().connections_refused == 1);
  });
}

TEST_CASE("a taken port is reported in words") {
  Fixture f;
  const std::string taken = f.port(0);
  f.on_shard([&] {
    Stack::Options options;
    options.transport.listen = {
        {Protocol::Udp, "127.0.0.1", static_cast<uint16_t>(std::stoi(taken)), {}}};
    Agent nobody;
    Stack third(f.shards[0], options, nobody);
    const auto started = third.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().what.find("127.0.0.1:" + taken) != std::string::npos);
  });
}

}  // namespace tandem::sip
