#include <doctest/doctest.h>

#include "http/testing.h"

using namespace tandem;
using namespace tandem::http;
using tandem::http::testing::RawClient;
using tandem::http::testing::TestServer;

namespace {

void answer_ok(std::shared_ptr<Exchange> exchange) { exchange->respond(Response()); }

void read_then_answer(std::shared_ptr<Exchange> exchange) {
  Exchange& target = *exchange;
  target.read_body(1000, [exchange = std::move(exchange)](Result<std::string> body) {
    Response response;
    response.status = body ? 200 : body.error().what == "too large" ? 413 : 400;
    exchange->respond(std::move(response));
  });
}

Server::Options quick() {
  Server::Options options;
  options.limits.head_timeout = std::chrono::seconds(1);
  options.limits.idle_timeout = std::chrono::seconds(1);
  options.limits.body_stall_timeout = std::chrono::seconds(1);
  options.limits.write_stall_timeout = std::chrono::seconds(1);
  return options;
}

int status_of(const RawClient& client) {
  return client.received().starts_with("HTTP/1.1 ") ? std::stoi(client.received().substr(9, 3)) : 0;
}

int status_for(TestServer& test, std::string_view request) {
  RawClient client(test.port());
  client.send(request);
  client.read_until("\r\n\r\n");
  return status_of(client);
}

}  // namespace

TEST_CASE("too much of a head") {
  TestServer test(answer_ok);
  const std::string tail = " HTTP/1.1\r\nHost: x\r\n";
  CHECK(status_for(test, "GET /" + std::string(8000, 'a') + tail + "\r\n") == 200);
  CHECK(status_for(test, "GET /" + std::string(9000, 'a') + tail + "\r\n") == 414);
  CHECK(status_for(test, "GET /" + std::string(9000, 'a')) == 414);
  std::string many;
  for (int i = 0; i < 99; ++i) many += "X-" + std::to_string(i) + ": v\r\n";
  CHECK(status_for(test, "GET /" + tail + many + "\r\n") == 200);
  CHECK(status_for(test, "GET /" + tail + many + "X-One-Too-Many: v\r\n\r\n") == 431);
  CHECK(status_for(test, "GET /" + tail + "X: " + std::string(33'000, 'v') + "\r\n\r\n") == 431);
  CHECK(status_for(test, "GET /" + tail + "X: " + std::string(33'000, 'v')) == 431);
}

TEST_CASE("too much of a body") {
  TestServer test(read_then_answer);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  CHECK(status_for(test, head + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'b')) == 200);
  CHECK(status_for(test, head + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'b')) == 413);
  CHECK(status_for(test, head + "Content-Length: 99999999999\r\n\r\n") == 413);
  CHECK(status_for(test, head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                             std::string(1001, 'b') + "\r\n0\r\n\r\n") == 413);
}

TEST_CASE("a head that drips is answered 408") {
  TestServer test(answer_ok, quick());
  RawClient client(test.port());
  client.send("GET / HTT");
  CHECK(client.read_to_end());
  CHECK(status_of(client) == 408);
}

TEST_CASE("a body that stalls is answered 408, though bytes drip") {
  TestServer test(read_then_answer, quick());
  RawClient client(test.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nab");
  CHECK(client.read_to_end());
  CHECK(status_of(client) == 408);
}

TEST_CASE("an idle connection is closed without a word") {
  TestServer test(answer_ok, quick());
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("\r\n\r\n"));
  client.take();
  CHECK(client.read_to_end());
  CHECK(client.received().empty());
}

TEST_CASE("a client that does not read its answer is closed") {
  std::promise<void> gone;
  TestServer test(
      [&gone](std::shared_ptr<Exchange> exchange) {
        // Streams for ever; ends when the connection does.
        struct Pump {
          std::shared_ptr<Exchange> exchange;
          std::promise<void>& gone;
          void go(std::shared_ptr<Pump> self) {
            exchange->write(std::string(100'000, 'p'), [self](Result<void> written) {
              if (written) {
                self->go(self);
              } else {
                self->gone.set_value();
              }
            });
          }
        };
        const auto pump = std::make_shared<Pump>(Pump{std::move(exchange), gone});
        pump->exchange->respond_stream(Response());
        pump->go(pump);
      },
      quick());
  RawClient client(test.port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(gone.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("more connections than allowed are turned away") {
  Server::Options options;
  options.limits.max_connections = 2;
  TestServer test(answer_ok, std::move(options));
  RawClient first(test.port());
  RawClient second(test.port());
  for (RawClient* client : {&first, &second}) {
    client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(client->read_until("\r\n\r\n"));
  }
  RawClient third(test.port());
  CHECK(third.read_to_end());
  CHECK(status_of(third) == 503);
}

TEST_CASE("refusals can look like the application's errors") {
  Server::Options options;
  options.refusal = [](int status, std::string_view why) {
    Response response;
    response.status = status;
    response.body = "{\"detail\":\"" + std::string(why) + "\"}";
    return response;
  };
  TestServer test(answer_ok, std::move(options));
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  CHECK(client.read_to_end());
  CHECK(client.received().ends_with("{\"detail\":\"Host is missing\"}"));
}

TEST_CASE("a port in use is named") {
  TestServer test(answer_ok);
  runtime::Shards shards(1);
  shards.start();
  Server::Options options;
  options.port = test.port();
  Server second(shards, std::move(options), answer_ok);
  const auto started = second.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().what == "127.0.0.1:" + std::to_string(test.port()) + " is in use");
}
