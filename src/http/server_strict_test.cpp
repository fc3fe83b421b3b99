#include <mutex>

#include <doctest/doctest.h>

#include "http/testing.h"

/// Requests that readers could understand differently: all refused, the connection closed, and
/// what is hidden behind them never answered.

using namespace tandem;
using namespace tandem::http;
using tandem::http::testing::count_of;
using tandem::http::testing::RawClient;
using tandem::http::testing::TestServer;

namespace {

constexpr std::string_view kHidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends the bytes and the hidden request behind them; the one answer's status, 0 without one.
int status_of(std::string_view bytes) {
  std::vector<std::string> handled;
  TestServer test([&handled](std::shared_ptr<Exchange> exchange) {
    handled.push_back(exchange->head().target);
    Exchange& target = *exchange;
    target.read_body(1000, [exchange = std::move(exchange)](Result<std::string>) {
      exchange->respond(Response());
    });
  });
  RawClient client(test.port());
  client.send(std::string(bytes) + std::string(kHidden));
  CHECK(client.read_to_end());
  CHECK(count_of(client.received(), "HTTP/1.1 ") <= 1);
  testing::on_shard(test.shards[0], [&] {
    for (const std::string& target : handled) CHECK(target != "/hidden");
  });
  if (!client.received().starts_with("HTTP/1.1 ")) return 0;
  CHECK(client.received().find("Connection: close\r\n") != std::string::npos);
  return std::stoi(client.received().substr(9, 3));
}

std::string post(std::string_view fields, std::string_view body = "") {
  return "POST /a HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("the driver sees an answer to what is well-formed") {
  CHECK(status_of(post("Content-Length: 2\r\nConnection: close\r\n", "ab")) == 200);
}

TEST_CASE("refused: Content-Length with Transfer-Encoding") {
  CHECK(status_of(post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")) == 400);
  CHECK(status_of(post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n")) == 400);
}

TEST_CASE("refused: two different Content-Length") {
  CHECK(status_of(post("Content-Length: 0\r\nContent-Length: 34\r\n")) == 400);
  CHECK(status_of(post("Content-Length: 0, 34\r\n")) == 400);
}

TEST_CASE("refused: Content-Length with a sign") {
  CHECK(status_of(post("Content-Length: +4\r\n", "abcd")) == 400);
  CHECK(status_of(post("Content-Length: -4\r\n", "abcd")) == 400);
}

TEST_CASE("refused: Content-Length that is no number or overflows") {
  CHECK(status_of(post("Content-Length: 4x\r\n", "abcd")) == 400);
  CHECK(status_of(post("Content-Length: 0x4\r\n", "abcd")) == 400);
  CHECK(status_of(post("Content-Length: 1 0\r\n", "abcd")) == 400);
  CHECK(status_of(post("Content-Length:\r\n", "abcd")) == 400);
  CHECK(status_of(post("Content-Length: 18446744073709551620\r\n", "abcd")) == 400);
}

TEST_CASE("refused: Transfer-Encoding that only resembles chunked") {
  CHECK(status_of(post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")) == 501);
  CHECK(status_of(post("Transfer-Encoding: chunkedx\r\n", "0\r\n\r\n")) == 501);
  CHECK(status_of(post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")) == 501);
  CHECK(status_of(post("Transfer-Encoding:\x0b"
                       "chunked\r\n",
                       "0\r\n\r\n")) == 400);
}

TEST_CASE("refused: a tab in what frames the body") {
  CHECK(status_of(post("Transfer-Encoding: chunked\t\r\n", "0\r\n\r\n")) == 400);
  CHECK(status_of(post("Content-Length: 4\t\r\n", "abcd")) == 400);
}

TEST_CASE("refused: Transfer-Encoding twice, or with another coding") {
  CHECK(status_of(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                       "0\r\n\r\n")) == 400);
  CHECK(status_of(post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")) == 501);
  CHECK(status_of(post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")) >= 400);
}

TEST_CASE("refused: Transfer-Encoding in HTTP/1.0") {
  CHECK(status_of("POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
        400);
}

TEST_CASE("refused: lines that end in a bare LF") {
  CHECK(status_of("POST /a HTTP/1.1\nHost: x\nContent-Length: 4\n\nabcd") == 400);
  CHECK(status_of("POST /a HTTP/1.1\r\nHost: x\nContent-Length: 4\r\n\r\nabcd") == 400);
}

TEST_CASE("refused: space before the colon") {
  CHECK(status_of(post("Content-Length : 4\r\n", "abcd")) == 400);
  CHECK(status_of(post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n")) == 400);
}

TEST_CASE("refused: folded header lines") {
  CHECK(status_of(post("X-A: b\r\n Content-Length: 4\r\n", "abcd")) == 400);
  CHECK(status_of(post("Transfer-Encoding:\r\n\tchunked\r\n", "0\r\n\r\n")) == 400);
}

TEST_CASE("refused: a CR inside a value") {
  CHECK(status_of(post("X-A: b\rContent-Length: 4\r\n", "abcd")) == 400);
  CHECK(status_of(post("X-A: b\r\r\n", "abcd")) == 400);
}

TEST_CASE("refused: a NUL inside a value or name") {
  CHECK(status_of(post(std::string_view("X-A: b\0c\r\n", 10))) == 400);
  CHECK(status_of(post(std::string_view("X-\0A: b\r\n", 9))) == 400);
}

TEST_CASE("refused: a request line in the style of HTTP/0.9 with fields") {
  CHECK(status_of("GET /a\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET /a \r\nHost: x\r\n\r\n") == 400);
}

TEST_CASE("refused: no Host, two Hosts, a malformed Host") {
  CHECK(status_of("GET /a HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of("GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n") == 400);
  CHECK(status_of("GET /a HTTP/1.1\r\nHost: x y\r\n\r\n") == 400);
  CHECK(status_of("GET /a HTTP/1.1\r\nHost: x@y\r\n\r\n") == 400);
  CHECK(status_of("GET /a HTTP/1.1\r\nHost:\r\n\r\n") == 400);
}

TEST_CASE("refused: chunk sizes that are not plain hexadecimal") {
  const std::string_view chunked = "Transfer-Encoding: chunked\r\n";
  CHECK(status_of(post(chunked, "0x4\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "+4\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, " 4\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4 \r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "FFFFFFFFFFFFFFFF4\r\nabcd\r\n0\r\n\r\n")) == 400);
}

TEST_CASE("refused: chunks that end otherwise than in CR LF") {
  const std::string_view chunked = "Transfer-Encoding: chunked\r\n";
  CHECK(status_of(post(chunked, "4\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4\r\nabcd\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4\r\nabcdXX0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4;a\nb\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "0\r\nX-A : b\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "0\r\nContent-Length: 4\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4;a<b\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4;a=b=c\r\nabcd\r\n0\r\n\r\n")) == 400);
  CHECK(status_of(post(chunked, "4;a=\r\nabcd\r\n0\r\n\r\n")) == 400);
}

TEST_CASE("refused: control characters, fragments and spaces in the request line") {
  CHECK(status_of("GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET  /a HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET\t/a\tHTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET a HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET * HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("get /a HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("\x16\x03\x01\x02\x00") == 400);
}

TEST_CASE("refused: versions and methods that are not spoken") {
  CHECK(status_of("GET /a HTTP/2.0\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of("GET /a HTTP/1.2\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of("GET /a HTTP/1.1x\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET /a http/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET /a HTTPS/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("BREW /a HTTP/1.1\r\nHost: x\r\n\r\n") == 501);
  CHECK(status_of("CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n") == 501);
  CHECK(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
}

TEST_CASE("refused: names that are no tokens, lines without a colon") {
  CHECK(status_of(post("X A: b\r\n")) == 400);
  CHECK(status_of(post("X(A): b\r\n")) == 400);
  CHECK(status_of(post(": b\r\n")) == 400);
  CHECK(status_of(post("nothing\r\n")) == 400);
}

TEST_CASE("refused: expectations that are unknown") {
  CHECK(status_of(post("Expect: the unexpected\r\n")) == 417);
}
