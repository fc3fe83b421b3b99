#include "http/client.h"

#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "http/testing.h"
#include "runtime/tls.h"

using namespace tandem;
using namespace tandem::http;
using tandem::http::testing::RawClient;
using tandem::http::testing::TestClient;
using tandem::http::testing::TestServer;

namespace {

std::string local_url(uint16_t port, std::string_view target = "/") {
  return "http://127.0.0.1:" + std::to_string(port) + std::string(target);
}

/// Answers with the client's port, so that reuse of connections shows.
void tell_port(std::shared_ptr<Exchange> exchange) {
  Response response;
  response.body = std::to_string(exchange->head().remote_port);
  exchange->respond(std::move(response));
}

void echo_body(std::shared_ptr<Exchange> exchange) {
  Exchange& target = *exchange;
  target.read_body(64 << 20, [exchange = std::move(exchange)](Result<std::string> body) {
    Response response;
    response.headers.add("X-Method", to_string(exchange->head().method));
    if (body) response.body = std::move(*body);
    exchange->respond(std::move(response));
  });
}

/// Signs the certificate anew so that it was valid from two days ago on, for so many days.
void set_validity(const std::string& cert_file, const std::string& key_file, int days) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(cert_file.c_str(), "r"), std::fclose);
  std::unique_ptr<X509, void (*)(X509*)> cert(PEM_read_X509(file.get(), nullptr, nullptr, nullptr),
                                              X509_free);
  file.reset(std::fopen(key_file.c_str(), "r"));
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  constexpr long kDay = 24 * 3600;
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), (days - 2) * kDay);
  REQUIRE(X509_sign(cert.get(), key.get(), EVP_sha256()) > 0);
  file.reset(std::fopen(cert_file.c_str(), "w"));
  REQUIRE(PEM_write_X509(file.get(), cert.get()) == 1);
}

/// A server that does as it is told with bytes: one script a connection.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers) {
    const auto address = runtime::SocketAddress::parse("127.0.0.1", 0);
    auto listener = runtime::listen_tcp(*address, false);
    listener_ = std::move(*listener);
    port_ = runtime::SocketAddress::local_of(listener_.get()).port();
    thread_ = std::thread([this, answers = std::move(answers)] { serve(answers); });
  }
  ~ScriptedServer() { thread_.join(); }
  uint16_t port() const { return port_; }

 private:
  /// Per connection: waits for a request's first bytes, sends the answer, closes.
  void serve(const std::vector<std::string>& answers) {
    for (const std::string& answer : answers) {
      pollfd wait{listener_.get(), POLLIN, 0};
      if (::poll(&wait, 1, 5000) != 1) return;
      runtime::UniqueFd fd(::accept(listener_.get(), nullptr, nullptr));
      char buffer[4096];
      if (::recv(fd.get(), buffer, sizeof buffer, 0) <= 0) continue;
      ::send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  runtime::UniqueFd listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("the client keeps its connection") {
  TestServer test(tell_port);
  TestClient client(test.shards[0]);
  const auto first = client.get(local_url(test.port()));
  const auto second = client.get(local_url(test.port()));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->status == 200);
  CHECK(first->body == second->body);
}

TEST_CASE("bodies of all sizes go both ways") {
  TestServer test(echo_body);
  TestClient client(test.shards[0]);
  for (const size_t size : {0, 1, 1000, 16'384, 65'536, 1'000'000, 20'000'000}) {
    ClientRequest request;
    request.method = Method::Post;
    request.url = local_url(test.port());
    request.body.assign(size, 'x');
    request.max_response_bytes = 32 << 20;
    const auto answer = client.send(std::move(request));
    CAPTURE(size);
    REQUIRE(answer);
    CHECK(answer->body.size() == size);
    CHECK(answer->headers.get("x-method") == "POST");
  }
}

TEST_CASE("an answer above the limit is refused") {
  TestServer test(echo_body);
  TestClient client(test.shards[0]);
  ClientRequest request;
  request.method = Method::Post;
  request.url = local_url(test.port());
  request.body.assign(2000, 'x');
  request.max_response_bytes = 1999;
  const auto answer = client.send(std::move(request));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ClientError::Kind::TooLarge);
}

TEST_CASE("a timeout ends the exchange") {
  std::vector<std::shared_ptr<Exchange>> held;
  TestServer test([&held](std::shared_ptr<Exchange> exchange) { held.push_back(exchange); });
  TestClient client(test.shards[0]);
  ClientRequest request;
  request.url = local_url(test.port());
  request.timeout = std::chrono::milliseconds(50);
  const auto answer = client.send(std::move(request));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ClientError::Kind::Timeout);
  testing::on_shard(test.shards[0], [&] { held.clear(); });
}

TEST_CASE("errors are told apart") {
  runtime::Shards shards(1);
  shards.start();
  Client::Options options;
  options.allow = is_public_address;
  TestClient guarded(shards[0], std::move(options));
  TestClient open(shards[0]);
  const auto refused = guarded.get("http://127.0.0.1:1/");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ClientError::Kind::Forbidden);
  const auto by_name = guarded.get("http://localhost:1/");
  REQUIRE_FALSE(by_name);
  CHECK(by_name.error().kind == ClientError::Kind::Forbidden);
  const auto nobody = open.get("http://127.0.0.1:1/");
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().kind == ClientError::Kind::Connect);
  const auto bad = open.get("http://127.1/");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().kind == ClientError::Kind::BadUrl);
  const auto nameless = open.get("http://no-such-name.invalid/");
  REQUIRE_FALSE(nameless);
  CHECK(nameless.error().kind == ClientError::Kind::Resolve);
}

TEST_CASE("a stale connection is replaced and the request sent again") {
  // The first connection answers once and closes without saying so.
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  ScriptedServer server({answer, answer, answer});
  runtime::Shards shards(1);
  shards.start();
  TestClient client(shards[0]);
  for (int i = 0; i < 3; ++i) {
    ClientRequest request;
    request.method = Method::Post;
    request.url = local_url(server.port());
    request.body = "again";
    const auto result = client.send(std::move(request));
    REQUIRE(result);
    CHECK(result->body == "ok");
  }
}

TEST_CASE("answers in every framing") {
  struct Row {
    const char* answer;
    const char* body;  // null: an error
  };
  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
       "abc"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
       "Content-Length: 1\r\n\r\nx",
       "x"},
      {"HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", ""},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", ""},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", nullptr},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", nullptr},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", nullptr},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", nullptr},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nab", nullptr},
      {"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", nullptr},
      {"HTTP/2 200\r\n\r\n", nullptr},
      {"garbage", nullptr},
      {"", nullptr},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", nullptr},
  };
  runtime::Shards shards(1);
  shards.start();
  for (const Row& row : rows) {
    ScriptedServer server({row.answer});
    TestClient client(shards[0]);
    const auto result = client.get(local_url(server.port()));
    CAPTURE(row.answer);
    REQUIRE(result.has_value() == (row.body != nullptr));
    if (result) {
      CHECK(result->body == row.body);
    } else {
      CHECK(result.error().kind == ClientError::Kind::Protocol);
    }
  }
}

TEST_CASE("TLS: trusted, unknown, wrong name") {
  const auto folder = std::filesystem::temp_directory_path() / "tandem_client_test";
  std::filesystem::create_directories(folder);
  const std::string cert = folder / "cert.pem";
  const std::string key = folder / "key.pem";
  REQUIRE(runtime::make_self_signed("localhost", cert, key));
  Server::Options options;
  options.tls = *runtime::TlsContext::server(cert, key);
  TestServer test(echo_body, std::move(options));
  REQUIRE(test.started);
  const std::string port = std::to_string(test.port());

  Client::Options trusting;
  trusting.tls = *runtime::TlsContext::client(cert);
  TestClient friendly(test.shards[0], std::move(trusting));
  for (int i = 0; i < 2; ++i) {
    ClientRequest request;
    request.method = Method::Put;
    request.url = "https://localhost:" + port + "/";
    request.body.assign(3'000'000, 'y');
    request.max_response_bytes = 4 << 20;
    const auto answer = friendly.send(std::move(request));
    REQUIRE(answer);
    CHECK(answer->body.size() == 3'000'000);
  }
  const auto misnamed = friendly.get("https://ip6-localhost:" + port + "/");
  if (!misnamed) CHECK(misnamed.error().kind != ClientError::Kind::Protocol);

  TestClient strict(test.shards[0]);
  const auto unknown = strict.get("https://localhost:" + port + "/");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ClientError::Kind::Certificate);
  CHECK(unknown.error().tls_verify_error == 18);  // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
}

TEST_CASE("TLS: expired, and for another name") {
  const auto folder = std::filesystem::temp_directory_path() / "tandem_client_test";
  std::filesystem::create_directories(folder);
  struct Row {
    const char* host;
    int days;  // of validity, from two days ago
    int verify_error;
  };
  const Row rows[] = {{"localhost", 1, 10},     // X509_V_ERR_CERT_HAS_EXPIRED
                      {"other.test", 100, 62},  // X509_V_ERR_HOSTNAME_MISMATCH
                      {"localhost", 100, 0}};
  for (const Row& row : rows) {
    const std::string cert = folder / "other_cert.pem";
    const std::string key = folder / "other_key.pem";
    std::filesystem::remove(cert);
    REQUIRE(runtime::make_self_signed(row.host, cert, key));
    set_validity(cert, key, row.days);
    Server::Options options;
    options.tls = *runtime::TlsContext::server(cert, key);
    TestServer test(echo_body, std::move(options));
    Client::Options trusting;
    trusting.tls = *runtime::TlsContext::client(cert);
    TestClient client(test.shards[0], std::move(trusting));
    const auto answer = client.get("https://localhost:" + std::to_string(test.port()));
    CAPTURE(row.verify_error);
    REQUIRE(answer.has_value() == (row.verify_error == 0));
    if (answer) continue;
    CHECK(answer.error().kind == ClientError::Kind::Certificate);
    CHECK(answer.error().tls_verify_error == row.verify_error);
  }
}

TEST_CASE("requests beyond the connections of a target wait their turn") {
  TestServer test(tell_port);
  Client::Options options;
  options.max_connections_per_target = 3;
  options.max_waiting_per_target = 200;
  TestClient client(test.shards[0], std::move(options));
  std::vector<std::future<TestClient::Answer>> answers;
  for (int i = 0; i < 200; ++i) {
    ClientRequest request;
    request.url = local_url(test.port());
    answers.push_back(client.begin(std::move(request)));
  }
  std::set<std::string> ports;
  for (auto& answer : answers) {
    auto result = answer.get();
    REQUIRE(result);
    ports.insert(result->body);
  }
  CHECK(ports.size() <= 3);
}

TEST_CASE("the queue of a target is bounded, and what waits in it times out") {
  std::vector<std::shared_ptr<Exchange>> held;
  TestServer test([&held](std::shared_ptr<Exchange> exchange) { held.push_back(exchange); });
  Client::Options options;
  options.max_connections_per_target = 1;
  options.max_waiting_per_target = 2;
  TestClient client(test.shards[0], std::move(options));
  std::vector<std::future<TestClient::Answer>> answers;
  for (int i = 0; i < 4; ++i) {
    ClientRequest request;
    request.url = local_url(test.port());
    request.timeout = std::chrono::milliseconds(100);
    answers.push_back(client.begin(std::move(request)));
  }
  size_t timed_out = 0;
  size_t refused = 0;
  for (auto& answer : answers) {
    const auto result = answer.get();
    REQUIRE_FALSE(result);
    timed_out += result.error().kind == ClientError::Kind::Timeout ? 1U : 0U;
    refused += result.error().kind == ClientError::Kind::Connect ? 1U : 0U;
  }
  CHECK(timed_out == 3);
  CHECK(refused == 1);
  testing::on_shard(test.shards[0], [&] { held.clear(); });
}

TEST_CASE("a client that goes takes its requests with it") {
  std::vector<std::shared_ptr<Exchange>> held;
  TestServer test([&held](std::shared_ptr<Exchange> exchange) { held.push_back(exchange); });
  bool called = false;
  auto client = std::make_unique<TestClient>(test.shards[0]);
  testing::on_shard(test.shards[0], [&] {
    for (const std::string& url :
         {local_url(test.port()), std::string("http://localhost:1/"), std::string("not a url")}) {
      ClientRequest request;
      request.url = url;
      client->client().send(std::move(request), [&](TestClient::Answer) { called = true; });
    }
    client->client().connect_websocket("ws://127.0.0.1:" + std::to_string(test.port()), {},
                                       std::chrono::milliseconds(1000),
                                       [&](auto) { called = true; });
    client->drop();
  });
  testing::on_shard(test.shards[0], [&] { held.clear(); });
  CHECK_FALSE(called);
}

TEST_CASE("addresses that are not public") {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::a00:1",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "2002:808:808::1",
                              "3fff::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "fe80::1%lo",
                              "fec0::1",
                              "ff02::1",
                              "",
                              "localhost",
                              "127.1",
                              "1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public_address(address));
  }
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
        "2a00:1450:4001:82a::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
    CAPTURE(address);
    CHECK(is_public_address(address));
  }
}

TEST_CASE("URLs are read strictly") {
  const auto url = Url::parse("HTTPS://User:p%40ss@Example.COM:8443/a/b?c=d#frag");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->host == "example.com");
  CHECK(url->port == 8443);
  CHECK(url->target == "/a/b?c=d");
  CHECK(url->userinfo == "User:p@ss");
  CHECK(url->authority() == "example.com:8443");
  CHECK(Url::parse("http://a")->target == "/");
  CHECK(Url::parse("http://a?x=1")->target == "/?x=1");
  CHECK(Url::parse("ws://[::1]:9/")->authority() == "[::1]:9");
  CHECK(Url::parse("https://a:443/")->authority() == "a");
  CHECK(Url::parse("http://a/\xc3\xa9")->target == "/%C3%A9");
  for (const char* bad : {"",
                          "a",
                          "//a",
                          "ftp://a",
                          "http:///x",
                          "http://",
                          "http://a b/",
                          "http://a/\r\nX: y",
                          "http://a/ b",
                          "http://a:0/",
                          "http://a:65536/",
                          "http://a:x/",
                          "http://[::1",
                          "http://[1]/",
                          "http://[::1]x/",
                          "http://127.1/",
                          "http://0x7f.1/",
                          "http://2130706433/",
                          "http://0x7f000001",
                          "http://a..b/",
                          "http://a/\\b",
                          "http://\xc3\xa9/",
                          "http://1.2.3.256/",
                          "http://a%2fb/"}) {
    CAPTURE(bad);
    CHECK_FALSE(Url::parse(bad));
  }
}
