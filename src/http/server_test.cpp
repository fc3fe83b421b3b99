#include "http/server.h"

#include <thread>

#include <doctest/doctest.h>

#include "http/testing.h"

using namespace tandem;
using namespace tandem::http;
using tandem::http::testing::count_of;
using tandem::http::testing::RawClient;
using tandem::http::testing::TestServer;

namespace {

/// Answers with the method, the target and the body.
void echo(std::shared_ptr<Exchange> exchange) {
  Exchange& target = *exchange;
  target.read_body(1 << 20, [exchange = std::move(exchange)](Result<std::string> body) {
    Response response;
    if (!body) {
      response.status = 413;
    } else {
      response.body = std::string(to_string(exchange->head().method)) + " " +
                      exchange->head().target + " [" + *body + "]";
    }
    exchange->respond(std::move(response));
  });
}

}  // namespace

TEST_CASE("a request is answered and the connection kept") {
  TestServer test(echo);
  REQUIRE(test.started);
  RawClient client(test.port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(client.read_until("GET /a?b=1 []"));
    const std::string answer = client.take();
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 13\r\nDate: "));
    CHECK(answer.find("Connection") == std::string::npos);
  }
}

TEST_CASE("pipelined requests are answered in order") {
  TestServer test(echo);
  RawClient client(test.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests +=
        "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  }
  REQUIRE(client.send(requests));
  REQUIRE(client.read_until("POST /199 [abc]"));
  size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = client.received().find("POST /" + std::to_string(i) + " [abc]", at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("answers may come later and from other threads, in order") {
  std::vector<std::thread> threads;
  {
    TestServer test([&threads](std::shared_ptr<Exchange> exchange) {
      threads.emplace_back([exchange = std::move(exchange)] {
        Response response;
        response.body = exchange->head().target;
        exchange->respond(std::move(response));
      });
    });
    RawClient client(test.port());
    client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(client.read_until("/2"));
    CHECK(client.received().find("/1") < client.received().find("/2"));
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("a dropped exchange answers 500") {
  TestServer test([](std::shared_ptr<Exchange>) {});
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("\r\n\r\n"));
  CHECK(client.received().starts_with("HTTP/1.1 500 "));
}

TEST_CASE("a chunked body split at every byte") {
  TestServer test(echo);
  const std::string request =
      "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4;ext=1\r\nWiki\r\n005\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n0\r\nTrailer: v\r\n\r\n";
  for (size_t cut = 1; cut < request.size(); ++cut) {
    RawClient client(test.port());
    runtime::set_no_delay(client.fd());
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    CAPTURE(cut);
    REQUIRE(client.read_until("PUT /c [Wikipedia in\r\n\r\nchunks.]"));
  }
}
