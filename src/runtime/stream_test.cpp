#include "runtime/stream.h"

#include <array>
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "runtime/tls.h"

using namespace tandem;
using namespace tandem::runtime;

namespace {

/// Two ends of a connection within the process.
struct Ends {
  Ends() {
    int fds[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    a.reset(fds[0]);
    b.reset(fds[1]);
  }
  UniqueFd a, b;
};

struct Pair {
  Stream server, client;
};

IoResult write_text(Stream& stream, std::string text) {
  const iovec part{text.data(), text.size()};
  return stream.write({&part, 1});
}

/// Both handshakes in turn; what the client's came to.
IoState shake_hands(Pair& pair) {
  IoState state = IoState::Again;
  for (int i = 0; i < 20 && state == IoState::Again; ++i) {
    state = pair.client.handshake();
    if (pair.server.handshake() == IoState::Failed && state == IoState::Ok) return IoState::Failed;
  }
  return state;
}

struct Certificate {
  Certificate() {
    const auto folder = std::filesystem::temp_directory_path() / "tandem_stream_test";
    std::filesystem::create_directories(folder);
    file = folder / "cert.pem";
    key = folder / "key.pem";
    REQUIRE(make_self_signed("localhost", file, key));
  }
  std::string file, key;
};

}  // namespace

TEST_CASE("a plain stream tells nothing-now from the end and from failure") {
  Ends ends;
  Stream left(std::move(ends.a));
  Stream right(std::move(ends.b));
  std::array<char, 100> buffer;
  CHECK(right.read(buffer).state == IoState::Again);
  CHECK(write_text(left, "hello").bytes == 5);
  const IoResult got = right.read(buffer);
  CHECK(std::string_view(buffer.data(), got.bytes) == "hello");
  left.end_writing();
  CHECK(right.read(buffer).state == IoState::End);
  left = Stream();
  CHECK(write_text(right, "x").state == IoState::Failed);
}

TEST_CASE("a TLS stream carries bytes, and resumes its session") {
  const Certificate certificate;
  const auto server = *TlsContext::server(certificate.file, certificate.key);
  const auto client = *TlsContext::client(certificate.file);
  SslSession session;
  for (const bool resumed : {false, true}) {
    Ends ends;
    Pair pair{Stream::accept_tls(std::move(ends.a), *server),
              Stream::connect_tls(std::move(ends.b), *client, "localhost", session.get())};
    REQUIRE(shake_hands(pair) == IoState::Ok);
    CHECK(write_text(pair.client, "ping").state == IoState::Ok);
    std::array<char, 100> buffer;
    CHECK(pair.server.read(buffer).bytes == 4);
    CHECK(write_text(pair.server, "answer").state == IoState::Ok);
    CHECK(pair.client.read(buffer).bytes == 6);
    CHECK(pair.client.resumed() == resumed);
    session = pair.client.session();
    REQUIRE(session != nullptr);
    pair.server.end_writing();
    CHECK(pair.client.read(buffer).state == IoState::End);
  }
}

TEST_CASE("a TLS stream that is cut is no proper end") {
  const Certificate certificate;
  const auto server = *TlsContext::server(certificate.file, certificate.key);
  const auto client = *TlsContext::client(certificate.file);
  Ends ends;
  Pair pair{Stream::accept_tls(std::move(ends.a), *server),
            Stream::connect_tls(std::move(ends.b), *client, "localhost", nullptr)};
  REQUIRE(shake_hands(pair) == IoState::Ok);
  pair.server = Stream();
  std::array<char, 100> buffer;
  CHECK(pair.client.read(buffer).state == IoState::Failed);
}

TEST_CASE("a TLS client trusts only what it should") {
  const Certificate certificate;
  const auto server = *TlsContext::server(certificate.file, certificate.key);
  const auto trusting = *TlsContext::client(certificate.file);
  const auto strict = *TlsContext::client();
  struct Row {
    TlsContext& context;
    const char* host;
    int error;
  };
  for (const Row& row : {Row{*trusting, "localhost", 0}, Row{*trusting, "127.0.0.1", 0},
                         Row{*trusting, "::1", 0}, Row{*trusting, "example.com", 62},
                         Row{*trusting, "127.0.0.2", 64}, Row{*strict, "localhost", 18}}) {
    Ends ends;
    Pair pair{Stream::accept_tls(std::move(ends.a), *server),
              Stream::connect_tls(std::move(ends.b), row.context, row.host, nullptr)};
    CAPTURE(row.host);
    CHECK((shake_hands(pair) == IoState::Ok) == (row.error == 0));
    CHECK(pair.client.verify_error() == row.error);
  }
}

TEST_CASE("addresses as text") {
  CHECK(SocketAddress::parse("127.0.0.1", 80)->text() == "127.0.0.1");
  CHECK(SocketAddress::parse("127.0.0.1", 80)->port() == 80);
  CHECK(SocketAddress::parse("2001:DB8::0:1", 1)->text() == "2001:db8::1");
  CHECK(SocketAddress::parse("::ffff:1.2.3.4", 1)->text() == "1.2.3.4");
  for (const std::string& bad :
       {std::string(), std::string("localhost"), std::string("1.2.3"), std::string("01.2.3.4"),
        std::string("::1%lo"), std::string("1.2.3.4\0.5", 10)}) {
    CHECK_FALSE(SocketAddress::parse(bad, 0));
  }
}
