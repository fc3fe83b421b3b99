#include "http/websocket.h"

#include <array>
#include <cstring>
#include <thread>

#include <doctest/doctest.h>
#include <wslay/wslay.h>

#include "http/testing.h"
#include "http/websocket_connection.h"
#include "http/websocket_frames.h"
#include "http/websocket_handshake.h"

using namespace tandem;
using namespace tandem::http;
using tandem::http::testing::RawClient;
using tandem::http::testing::TestClient;
using tandem::http::testing::TestServer;

namespace {

constexpr MaskKey kMask = {0x12, 0x34, 0x56, 0x78};
constexpr const char* kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// Sends back what comes; "close me" closes with 3001.
void echo_socket(std::shared_ptr<Exchange> exchange) {
  const auto socket = exchange->accept_websocket();
  if (!socket) return;
  WebSocket* const raw = socket.get();
  socket->on_message = [raw](std::string message, bool binary) {
    if (message == "close me") {
      raw->close(3001, "as you wish");
    } else {
      raw->send(message, binary);
    }
  };
}

std::string masked(Opcode opcode, std::string_view payload, bool final = true) {
  std::string frame;
  append_frame(frame, opcode, payload, kMask);
  if (!final) frame[0] = static_cast<char>(frame[0] & 0x7f);
  return frame;
}

std::string plain(Opcode opcode, std::string_view payload) {
  std::string frame;
  append_frame(frame, opcode, payload);
  return frame;
}

/// What a reader makes of bytes, handed over in two pieces cut at `cut`.
std::string read_all(const std::string& bytes, size_t cut, bool expect_mask = true) {
  FrameReader reader(expect_mask, 1000);
  std::string log;
  std::string held;
  for (const std::string& piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    held += piece;
    std::string_view view = held;
    for (bool more = true; more;) {
      switch (reader.next(view)) {
        case FrameReader::Next::Message:
          log += (reader.binary() ? "B:" : "T:") + reader.message() + ";";
          break;
        case FrameReader::Next::Ping:
          log += "ping:" + reader.control() + ";";
          break;
        case FrameReader::Next::Pong:
          log += "pong:" + reader.control() + ";";
          break;
        case FrameReader::Next::Close:
          log += "close:" + std::to_string(reader.code()) + reader.control() + ";";
          break;
        case FrameReader::Next::Bad:
          return log + "bad:" + std::to_string(reader.code());
        case FrameReader::Next::More:
          more = false;
      }
    }
    held = std::string(view);
  }
  return log;
}

}  // namespace

TEST_CASE("the handshake's answer is RFC 6455's") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("frames split at every byte read the same") {
  const std::string bytes = masked(Opcode::Text, "Hel", false) + masked(Opcode::Ping, "?") +
                            masked(Opcode::Continuation, "lo") + masked(Opcode::Binary, "") +
                            masked(Opcode::Text, std::string(300, 'x')) +
                            masked(Opcode::Pong, "!") +
                            masked(Opcode::Close, close_payload(1000, "bye"));
  const std::string expected =
      "ping:?;T:Hello;B:;T:" + std::string(300, 'x') + ";pong:!;close:1000bye;";
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(read_all(bytes, cut) == expected);
  }
}

TEST_CASE("hostile frames are refused") {
  struct Row {
    const char* what;
    std::string bytes;
    const char* outcome;
  };
  const std::string long_form_of_short("\x81\xfe\x00\x05", 4);
  const std::string longest_of_small("\x81\xff\x00\x00\x00\x00\x00\x00\x01\x00", 10);
  const std::string huge("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10);
  const std::string key("\x01\x02\x03\x04", 4);
  const Row rows[] = {
      {"not masked", plain(Opcode::Text, "x"), "bad:1002"},
      {"reserved bit", "\xc1\x80" + key, "bad:1002"},
      {"unknown opcode", "\x83\x80" + key, "bad:1002"},
      {"unknown control opcode", "\x8b\x80" + key, "bad:1002"},
      {"fragmented ping", masked(Opcode::Ping, "", false), "bad:1002"},
      {"long ping", masked(Opcode::Ping, std::string(126, 'p')), "bad:1002"},
      {"continuation of nothing", masked(Opcode::Continuation, "x"), "bad:1002"},
      {"text within a message", masked(Opcode::Text, "a", false) + masked(Opcode::Text, "b"),
       "bad:1002"},
      {"length not in the shortest form", long_form_of_short + key, "bad:1002"},
      {"64-bit length not in the shortest form", longest_of_small + key, "bad:1002"},
      {"too big", masked(Opcode::Binary, std::string(1001, 'x')), "bad:1009"},
      {"too big in fragments",
       masked(Opcode::Binary, std::string(600, 'x'), false) +
           masked(Opcode::Continuation, std::string(600, 'x')),
       "bad:1009"},
      {"absurd length", huge + key, "bad:1009"},
      {"not UTF-8", masked(Opcode::Text, "\xff"), "bad:1007"},
      {"surrogate", masked(Opcode::Text, "\xed\xa0\x80"), "bad:1007"},
      {"overlong", masked(Opcode::Text, "\xc0\xaf"), "bad:1007"},
      {"cut character", masked(Opcode::Text, "abcdefgh\xe2\x82"), "bad:1007"},
      {"one byte of close", masked(Opcode::Close, "x"), "bad:1002"},
      {"close code 1005", masked(Opcode::Close, "\x03\xed"), "bad:1002"},
      {"close code 999", masked(Opcode::Close, "\x03\xe7"), "bad:1002"},
      {"close reason not UTF-8", masked(Opcode::Close, "\x03\xe8\xff"), "bad:1007"},
      {"close without a code", masked(Opcode::Close, ""), "close:1005;"},
      {"good UTF-8 across fragments",
       masked(Opcode::Text, "\xe2\x82", false) + masked(Opcode::Continuation, "\xac"),
       "T:\xe2\x82\xac;"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(read_all(row.bytes, row.bytes.size()) == row.outcome);
  }
  CHECK(read_all(masked(Opcode::Text, "x"), 0, false) == "bad:1002");
}

TEST_CASE("wslay understands what is written here") {
  struct Wire {
    std::string bytes;
    std::string heard;
  } wire;
  wslay_event_callbacks callbacks{};
  callbacks.recv_callback = [](wslay_event_context_ptr context, uint8_t* into, size_t room, int,
                               void* data) -> ssize_t {
    std::string& bytes = static_cast<Wire*>(data)->bytes;
    if (bytes.empty()) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const size_t size = std::min(room, bytes.size());
    std::memcpy(into, bytes.data(), size);
    bytes.erase(0, size);
    return static_cast<ssize_t>(size);
  };
  callbacks.on_msg_recv_callback = [](wslay_event_context_ptr,
                                      const wslay_event_on_msg_recv_arg* message, void* data) {
    static_cast<Wire*>(data)->heard.append(reinterpret_cast<const char*>(message->msg),
                                           message->msg_length);
  };
  wslay_event_context_ptr context = nullptr;
  REQUIRE(wslay_event_context_server_init(&context, &callbacks, &wire) == 0);
  std::string expected;
  for (const size_t size : {0, 1, 7, 125, 126, 1000, 65'535, 65'536, 100'000}) {
    const std::string payload(size, 'w');
    expected += payload;
    wire.bytes += masked(Opcode::Binary, payload);
  }
  CHECK(wslay_event_recv(context) == 0);
  CHECK(wire.heard == expected);
  wslay_event_context_free(context);
}

TEST_CASE("a WebSocket echoes fragments and pings, and closes properly") {
  TestServer test(echo_socket);
  RawClient client(test.port());
  // The first frames may come with the request.
  client.send(std::string(kUpgrade) + masked(Opcode::Text, "Hel", false) +
              masked(Opcode::Ping, "p"));
  REQUIRE(client.read_until("\r\n\r\n"));
  CHECK(client.received().starts_with("HTTP/1.1 101 "));
  CHECK(client.received().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") !=
        std::string::npos);
  REQUIRE(client.read_until(plain(Opcode::Pong, "p")));
  client.send(masked(Opcode::Continuation, "lo"));
  REQUIRE(client.read_until(plain(Opcode::Text, "Hello")));
  client.take();
  client.send(masked(Opcode::Close, close_payload(1001, "bye")));
  CHECK(client.read_to_end());
  CHECK(client.received() == plain(Opcode::Close, close_payload(1001, {})));
}

TEST_CASE("a WebSocket that breaks the rules is closed with the code") {
  TestServer test(echo_socket);
  RawClient client(test.port());
  client.send(kUpgrade);
  REQUIRE(client.read_until("\r\n\r\n"));
  client.take();
  client.send(plain(Opcode::Text, "not masked"));
  client.end_writing();
  CHECK(client.read_to_end());
  CHECK(client.received() == plain(Opcode::Close, close_payload(1002, {})));
}

TEST_CASE("improper upgrades are refused") {
  TestServer test(echo_socket);
  struct Row {
    const char* request;
    int status;
  };
  const Row rows[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426},
      {"POST / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
       "Content-Length: 0\r\n\r\n",
       400},
      {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
       "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
       426},
      {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
       400},
      {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
       "Content-Length: 1\r\n\r\nx",
       400},
  };
  for (const Row& row : rows) {
    RawClient client(test.port());
    client.send(row.request);
    REQUIRE(client.read_until("\r\n\r\n"));
    CAPTURE(row.request);
    CHECK(client.received().starts_with("HTTP/1.1 " + std::to_string(row.status)));
  }
}

TEST_CASE("the client's WebSocket talks to the server's") {
  TestServer test(echo_socket);
  TestClient client(test.shards[0]);
  std::promise<std::vector<std::string>> all_heard;
  std::promise<std::pair<uint16_t, std::string>> closed;
  const std::string big(900'000, 'b');
  std::vector<std::string> heard;
  testing::on_shard(test.shards[0], [&] {
    client.client().connect_websocket(
        "ws://127.0.0.1:" + std::to_string(test.port()) + "/ws?x=1", {},
        std::chrono::milliseconds(3000), [&](Result<std::shared_ptr<WebSocket>, ClientError> made) {
          REQUIRE(made);
          WebSocket* const socket = made->get();
          socket->on_message = [&, socket](std::string message, bool) {
            heard.push_back(std::move(message));
            if (heard.size() < 3) return;
            all_heard.set_value(heard);
            socket->send("close me", false);
          };
          socket->on_close = [&](uint16_t code, std::string_view reason) {
            closed.set_value({code, std::string(reason)});
          };
          CHECK(socket->send("one", false));
          CHECK(socket->send(big, true));
          CHECK(socket->send("", true));
          CHECK_FALSE(socket->send(std::string(WebSocket::kMaxQueuedBytes + 1, 'q'), true));
        });
  });
  CHECK(all_heard.get_future().get() == std::vector<std::string>{"one", big, ""});
  CHECK(closed.get_future().get() == std::pair<uint16_t, std::string>{3001, "as you wish"});
}

TEST_CASE("a WebSocket the server has none for is an error") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response response;
    response.status = 404;
    exchange->respond(std::move(response));
  });
  TestClient client(test.shards[0]);
  std::promise<ClientError> failed;
  testing::on_shard(test.shards[0], [&] {
    client.client().connect_websocket("ws://127.0.0.1:" + std::to_string(test.port()), {},
                                      std::chrono::milliseconds(3000),
                                      [&](Result<std::shared_ptr<WebSocket>, ClientError> made) {
                                        REQUIRE_FALSE(made);
                                        failed.set_value(made.error());
                                      });
  });
  CHECK(failed.get_future().get().kind == ClientError::Kind::Protocol);
}

TEST_CASE("a silent peer is pinged, and given up in the end") {
  runtime::Shards shards(1);
  shards.start();
  int ends[2] = {-1, -1};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  const runtime::UniqueFd peer(ends[1]);
  std::promise<uint16_t> closed;
  WebSocketSet home;
  testing::on_shard(shards[0], [&] {
    using namespace std::chrono_literals;
    auto socket =
        std::make_shared<WebSocketConnection>(home, shards[0], WebSocketConnection::Role::Server,
                                              runtime::Stream(runtime::UniqueFd(ends[0])), "",
                                              OutQueue(), WebSocketTimings{5ms, 20ms, 100ms, 50ms});
    socket->on_close = [&](uint16_t code, std::string_view) { closed.set_value(code); };
    REQUIRE(socket->start());
    home.add(std::move(socket));
  });
  CHECK(closed.get_future().get() == kCloseAbnormal);
  std::array<char, 64> heard;
  const ssize_t count = ::recv(peer.get(), heard.data(), heard.size(), 0);
  REQUIRE(count > 0);
  CHECK(std::string_view(heard.data(), static_cast<size_t>(count)) == plain(Opcode::Ping, ""));
  testing::on_shard(shards[0], [] {});
}

TEST_CASE("a stopping server says goodbye to its WebSockets") {
  auto test = std::make_unique<TestServer>(echo_socket);
  RawClient client(test->port());
  client.send(kUpgrade);
  REQUIRE(client.read_until("\r\n\r\n"));
  client.take();
  std::thread stopper([&] { test->server.stop(std::chrono::milliseconds(5000)); });
  REQUIRE(client.read_until(plain(Opcode::Close, close_payload(1001, {}))));
  client.send(masked(Opcode::Close, close_payload(1001, {})));
  CHECK(client.read_to_end());
  client.end_writing();
  stopper.join();
}
