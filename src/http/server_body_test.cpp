#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "http/testing.h"
#include "runtime/tls.h"

using namespace tandem;
using namespace tandem::http;
using tandem::http::testing::count_of;
using tandem::http::testing::RawClient;
using tandem::http::testing::TestClient;
using tandem::http::testing::TestServer;

namespace {

/// Reads a body piece by piece and answers with the number of bytes.
struct Counter : std::enable_shared_from_this<Counter> {
  explicit Counter(std::shared_ptr<Exchange> e) : exchange(std::move(e)) {}
  void next() {
    exchange->read_some([self = shared_from_this()](Result<std::string> piece) {
      if (!piece) return;
      self->bytes += piece->size();
      if (!piece->empty()) {
        self->next();
        return;
      }
      Response response;
      response.body = std::to_string(self->bytes);
      self->exchange->respond(std::move(response));
    });
  }
  std::shared_ptr<Exchange> exchange;
  size_t bytes = 0;
};

void count_body(std::shared_ptr<Exchange> exchange) {
  std::make_shared<Counter>(std::move(exchange))->next();
}

/// Answers with `pieces` pieces of 50,000 bytes.
struct Source : std::enable_shared_from_this<Source> {
  Source(std::shared_ptr<Exchange> e, int p) : exchange(std::move(e)), pieces(p) {}
  void next() {
    if (pieces-- == 0) {
      exchange->finish();
      return;
    }
    exchange->write(std::string(50'000, 's'), [self = shared_from_this()](Result<void> written) {
      if (written) self->next();
    });
  }
  std::shared_ptr<Exchange> exchange;
  int pieces;
};

std::filesystem::path scratch_folder() {
  const auto folder = std::filesystem::temp_directory_path() / "tandem_server_body_test";
  std::filesystem::create_directories(folder);
  return folder;
}

std::string make_file(size_t size) {
  const auto path = scratch_folder() / ("file" + std::to_string(size));
  std::string content(size, '\0');
  for (size_t i = 0; i < size; ++i) content[i] = static_cast<char>('a' + i % 26);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::shared_ptr<runtime::TlsContext> test_tls(std::string& cert) {
  cert = scratch_folder() / "cert.pem";
  const std::string key = scratch_folder() / "key.pem";
  REQUIRE(runtime::make_self_signed("localhost", cert, key));
  return *runtime::TlsContext::server(cert, key);
}

ClientRequest upload(uint16_t port, size_t size, std::string scheme = "http") {
  ClientRequest request;
  request.method = Method::Put;
  request.url = std::move(scheme) + "://localhost:" + std::to_string(port) + "/";
  request.body.assign(size, 'u');
  request.max_response_bytes = 64 << 20;
  return request;
}

}  // namespace

TEST_CASE("a body is pulled in pieces") {
  TestServer test(count_body);
  TestClient client(test.shards[0]);
  for (const size_t size : {0, 1, 70'000, 30'000'000}) {
    const auto answer = client.send(upload(test.port(), size));
    REQUIRE(answer);
    CHECK(answer->body == std::to_string(size));
  }
}

TEST_CASE("a client is held back until the body is asked for") {
  std::promise<std::shared_ptr<Exchange>> arrived;
  TestServer test([&](std::shared_ptr<Exchange> exchange) { arrived.set_value(exchange); });
  RawClient client(test.port());
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
  const auto exchange = arrived.get_future().get();
  // What the kernel's buffers hold goes through; the rest has to wait.
  const std::string piece(1 << 20, 'u');
  size_t sent = 0;
  for (;;) {
    pollfd wait{client.fd(), POLLOUT, 0};
    if (::poll(&wait, 1, 300) != 1) break;
    const ssize_t count = ::send(client.fd(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (count > 0) sent += static_cast<size_t>(count);
    REQUIRE(sent < 50'000'000);
  }
  testing::on_shard(test.shards[0], [&] { count_body(exchange); });
  while (sent < 100'000'000) {
    const size_t size = std::min(piece.size(), 100'000'000 - sent);
    REQUIRE(client.send(std::string_view(piece).substr(0, size)));
    sent += size;
  }
  CHECK(client.read_until("\r\n\r\n100000000"));
}

TEST_CASE("an answer is streamed in chunks, or with its announced length") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response head;
    if (exchange->head().target == "/known") head.headers.add("Content-Length", "20000000");
    exchange->respond_stream(std::move(head));
    std::make_shared<Source>(std::move(exchange), 400)->next();
  });
  TestClient client(test.shards[0]);
  for (const char* target : {"/known", "/chunked"}) {
    ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(test.port()) + target;
    request.max_response_bytes = 32 << 20;
    const auto answer = client.send(std::move(request));
    REQUIRE(answer);
    CHECK(answer->body == std::string(20'000'000, 's'));
    CHECK(answer->headers.find("Transfer-Encoding").has_value() ==
          (std::string_view(target) == "/chunked"));
  }
  // HTTP/1.0 knows no chunks: the end of the connection ends the body.
  RawClient old(test.port());
  old.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(old.read_to_end());
  CHECK(old.received().find("chunked") == std::string::npos);
  CHECK(old.received().size() > 20'000'000);
}

TEST_CASE("an answer that breaks off is not taken for complete") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    exchange->respond_stream(Response());
    exchange->write("part", [](Result<void>) {});
  });
  TestClient client(test.shards[0]);
  const auto answer = client.get("http://127.0.0.1:" + std::to_string(test.port()));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ClientError::Kind::Protocol);
}

TEST_CASE("files are answers, whole and in part, plain and over TLS") {
  const size_t size = 5'000'000;
  const std::string path = make_file(size);
  const auto handler = [&](std::shared_ptr<Exchange> exchange) {
    Response response;
    const bool part = exchange->head().target == "/part";
    response.file = FileBody{path, part ? 26U : 0U, part ? 52U : size};
    if (exchange->head().target == "/missing") response.file->path += ".not";
    if (exchange->head().target == "/beyond") response.file->offset = 1;
    exchange->respond(std::move(response));
  };
  std::string cert;
  const auto tls = test_tls(cert);
  for (const std::string scheme : {"http", "https"}) {
    Server::Options options;
    if (scheme == "https") options.tls = tls;
    TestServer test(handler, std::move(options));
    Client::Options trusting;
    trusting.tls = *runtime::TlsContext::client(cert);
    TestClient client(test.shards[0], std::move(trusting));
    const std::string base = scheme + "://localhost:" + std::to_string(test.port());
    ClientRequest whole;
    whole.url = base + "/";
    whole.max_response_bytes = size;
    const auto all = client.send(std::move(whole));
    REQUIRE(all);
    CHECK(all->body.size() == size);
    CHECK(all->body.substr(size - 4) == "opqr");
    CHECK(client.get(base + "/part")->body ==
          "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    CHECK(client.get(base + "/missing")->status == 500);
    CHECK(client.get(base + "/beyond")->status == 500);
  }
}

TEST_CASE("HEAD has the fields of GET and no body") {
  const std::string path = make_file(1000);
  TestServer test([&](std::shared_ptr<Exchange> exchange) {
    Response response;
    if (exchange->head().target == "/file") response.file = FileBody{path, 0, 1000};
    if (exchange->head().target == "/text") response.body = "12345";
    if (exchange->head().target == "/named") response.headers.add("Content-Length", "77");
    exchange->respond(std::move(response));
  });
  RawClient client(test.port());
  struct Row {
    const char* target;
    const char* length;
  };
  for (const Row& row : {Row{"/file", "1000"}, {"/text", "5"}, {"/named", "77"}}) {
    client.send("HEAD " + std::string(row.target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(client.read_until("\r\n\r\n"));
    const std::string answer = client.take();
    CHECK(answer.find("Content-Length: " + std::string(row.length) + "\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
  }
}

TEST_CASE("statuses without a body send none") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response response;
    response.status = std::stoi(exchange->head().target.substr(1));
    response.body = "not sent";
    exchange->respond(std::move(response));
  });
  RawClient client(test.port());
  client.send("GET /204 HTTP/1.1\r\nHost: x\r\n\r\nGET /304 HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("HTTP/1.1 304"));
  CHECK(client.received().find("not sent") == std::string::npos);
  CHECK(client.received().find("Content-Length") == std::string::npos);
}

TEST_CASE("100 Continue comes when the body is asked for, not before") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    if (exchange->head().target == "/no") {
      Response refused;
      refused.status = 403;
      exchange->respond(std::move(refused));
    } else {
      count_body(std::move(exchange));
    }
  });
  RawClient client(test.port());
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  REQUIRE(client.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("abc");
  REQUIRE(client.read_until("\r\n\r\n3"));
  client.take();
  client.send("PUT /no HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  CHECK(client.read_to_end());
  CHECK(client.received().starts_with("HTTP/1.1 403 "));
  CHECK(client.received().find("Connection: close") != std::string::npos);
}

TEST_CASE("a body nobody read does not become the next request") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response response;
    response.body = exchange->head().target;
    exchange->respond(std::move(response));
  });
  RawClient client(test.port());
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(hidden.size()) +
              "\r\n\r\n" + hidden);
  client.send("POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n21\r\n" + hidden +
              "\r\n0\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("/3"));
  CHECK(count_of(client.received(), "HTTP/1.1 200 OK") == 3);
  CHECK(client.received().find("/hidden") == std::string::npos);
}

TEST_CASE("a large body nobody read ends the connection, and the answer arrives") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response response;
    response.status = 413;
    exchange->respond(std::move(response));
  });
  TestClient client(test.shards[0]);
  const auto answer = client.send(upload(test.port(), 8'000'000));
  REQUIRE(answer);
  CHECK(answer->status == 413);
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection, half closes are answered") {
  TestServer test(count_body);
  struct Row {
    const char* request;
    bool kept;
  };
  const Row rows[] = {
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.request);
    RawClient client(test.port());
    client.send(row.request);
    if (row.kept) {
      CHECK(client.read_until("Connection: keep-alive\r\n"));
    } else {
      CHECK(client.read_to_end());
      CHECK(client.received().find("Connection: close\r\n") != std::string::npos);
    }
  }
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.end_writing();
  CHECK(client.read_to_end());
  CHECK(client.received().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("fields cannot break out of an answer") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response response;
    response.headers.add("X-A", "b\r\nX-Evil: yes");
    response.headers.add("Content-Length", "999");
    exchange->respond(std::move(response));
  });
  RawClient client(test.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.read_until("\r\n\r\n"));
  CHECK(client.received().find("X-A: b  X-Evil: yes\r\n") != std::string::npos);
  CHECK(client.received().find("999") == std::string::npos);
}

TEST_CASE("an absolute target is served, its authority as Host") {
  TestServer test([](std::shared_ptr<Exchange> exchange) {
    Response response;
    response.body = std::string(exchange->head().headers.get("host")) + exchange->head().target;
    exchange->respond(std::move(response));
  });
  RawClient client(test.port());
  client.send("GET http://other:80?q=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_until("other:80/?q=1"));
  client.send("\r\nGET /after-an-empty-line HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_until("x/after-an-empty-line"));
}
