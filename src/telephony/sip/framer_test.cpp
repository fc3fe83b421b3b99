#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telephony/sip/limits.h"
#include "telephony/sip/stream_framer.h"
#include "telephony/sip/stun.h"

namespace tandem::sip {
namespace {

using Event = StreamFramer::Event;

std::string options(const std::string& extra, const std::string& body = {}) {
  return "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n" + extra + "\r\n" + body;
}

/// Everything a framer finds in the stream, fed in pieces of `step` bytes: messages, "ping",
/// "broken".
std::vector<std::string> frames(const std::string& stream, size_t step) {
  StreamFramer framer;
  std::vector<std::string> out;
  for (size_t at = 0; at < stream.size(); at += step) {
    framer.append(std::string_view(stream).substr(at, step));
    for (;;) {
      std::string_view message;
      const Event event = framer.next(message);
      if (event == Event::NeedMore) break;
      if (event == Event::Message) out.emplace_back(message);
      if (event == Event::Ping) out.emplace_back("ping");
      if (event == Event::Broken) {
        out.emplace_back("broken");
        return out;
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("messages and pings come out whole, however the stream is cut") {
  const std::string one = options("Content-Length: 5\r\n", "hello");
  const std::string two = options("l :\r\n 0\r\n");
  const std::string stream = one + "\r\n\r\n" + two + "\r\n" + one;
  for (size_t step : {1, 2, 3, 7, 64, 4096}) {
    CAPTURE(step);
    CHECK(frames(stream, step) == std::vector<std::string>{one, "ping", two, one});
  }
}

TEST_CASE("what cannot be framed breaks the stream") {
  for (const std::string& stream :
       {options("X: 1\r\n"), options("Content-Length: 1\r\nContent-Length: 1\r\n", "x"),
        options("Content-Length: 1\r\nl: 2\r\n", "xx"), options("Content-Length: -1\r\n"),
        options("Content-Length: 1x\r\n", "x"), options("Content-Length: 4294967296\r\n"),
        options("Content-Length: 65535\r\n"), std::string(kMaxMessageBytes + 1, 'a')}) {
    CHECK(frames(stream, 1000) == std::vector<std::string>{"broken"});
  }
}

TEST_CASE("a header that only contains the name does not count") {
  const std::string message = options("X-Content-Length: 9\r\nSubject: l: 7\r\nl: 2\r\n", "ok");
  CHECK(frames(message, 5) == std::vector<std::string>{message});
}

TEST_CASE("STUN on the SIP port: binding requests are answered, the rest is told apart") {
  const std::string request(
      "\x00\x01\x00\x00\x21\x12\xA4\x42"
      "abcdefghijkl",
      20);
  const auto from = *Address::parse("192.0.2.1", 0x1234);
  REQUIRE(is_stun(request));
  const auto answer = answer_stun(request, from);
  REQUIRE(answer);
  CHECK(answer->substr(0, 4) == std::string("\x01\x01\x00\x0C", 4));
  CHECK(answer->substr(20, 8) == std::string("\x00\x20\x00\x08\x00\x01\x33\x26", 8));
  CHECK(static_cast<uint8_t>((*answer)[28]) == (192 ^ 0x21));
  CHECK(answer_stun(request, *Address::parse("2001:db8::1", 1))->size() == 44);
  CHECK_FALSE(is_stun("OPTIONS sip:a@b SIP/2.0\r\n"));
  CHECK_FALSE(is_stun("short"));
  std::string indication = request;
  indication[1] = '\x11';
  CHECK_FALSE(answer_stun(indication, from));
  CHECK_FALSE(answer_stun(request + "trailing", from));
}

}  // namespace tandem::sip
