#include "http/server.h"

#include <set>
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
  testing::on_shard(test.shards[0], [&] {
    for (std::thread& thread : threads) thread.join();
  });
}

TEST_CASE("a dropped exchange answers 500") {
  TestServer test([](std::shared_ptr<Exchange>) {});
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("\r\n\r\n"));
  CHECK(client.received().starts_with("HTTP/1.1 500 "));
}

TEST_CASE("an exchange dropped on another thread answers 500, too") {
  std::thread dropper;
  TestServer test([&dropper](std::shared_ptr<Exchange> exchange) {
    dropper = std::thread([exchange = std::move(exchange)]() mutable { exchange.reset(); });
  });
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("\r\n\r\n"));
  CHECK(client.received().starts_with("HTTP/1.1 500 "));
  testing::on_shard(test.shards[0], [&] { dropper.join(); });
}

TEST_CASE("an answer to a client that went away goes nowhere") {
  std::promise<std::shared_ptr<Exchange>> arrived;
  TestServer test([&](std::shared_ptr<Exchange> exchange) { arrived.set_value(exchange); });
  std::shared_ptr<Exchange> exchange;
  {
    RawClient client(test.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    exchange = arrived.get_future().get();
  }
  std::promise<std::string> why;
  testing::on_shard(test.shards[0], [&] {
    exchange->read_body(10, [&](Result<std::string> body) { why.set_value(body.error().what); });
  });
  CHECK(why.get_future().get() == "incomplete");
  testing::on_shard(test.shards[0], [&] {
    exchange->respond(Response());
    exchange.reset();
  });
}

TEST_CASE("every shard serves, and a connection stays on its own") {
  TestServer test(
      [](std::shared_ptr<Exchange> exchange) {
        Response response;
        response.body = "shard " + std::to_string(runtime::Shard::current()->index());
        exchange->respond(std::move(response));
      },
      {}, 2);
  std::set<std::string> shards;
  for (int i = 0; i < 200 && shards.size() < 2; ++i) {
    RawClient client(test.port());
    std::set<std::string> answers;
    for (int j = 0; j < 2; ++j) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      REQUIRE(client.read_until("\r\n\r\nshard "));
      const std::string answer = client.take();
      answers.insert(answer.substr(answer.find("\r\n\r\nshard ")));
    }
    CHECK(answers.size() == 1);
    shards.merge(answers);
  }
  CHECK(shards.size() == 2);
}

TEST_CASE("a stopping server lets what runs finish") {
  std::promise<std::shared_ptr<Exchange>> arrived;
  TestServer test([&](std::shared_ptr<Exchange> exchange) { arrived.set_value(exchange); });
  RawClient busy(test.port());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = arrived.get_future().get();
  std::thread stopper([&] { test.server.stop(std::chrono::milliseconds(5000)); });
  // The listener goes first.
  while (RawClient(test.port()).connected()) std::this_thread::yield();
  exchange->respond(Response());
  CHECK(busy.read_to_end());
  CHECK(busy.received().starts_with("HTTP/1.1 200 "));
  CHECK(busy.received().find("Connection: close") != std::string::npos);
  busy.end_writing();
  stopper.join();
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
