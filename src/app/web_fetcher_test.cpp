#include "app/web_fetcher.h"

#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "http/testing.h"

namespace tandem::app {
namespace {

using http::Exchange;
using http::Response;
using http::testing::TestServer;
using products::Fetched;
using products::FetchError;
using products::FetchOptions;
using Answer = Result<Fetched, FetchError>;
using Kind = FetchError::Kind;
using std::chrono::milliseconds;

/// A fetcher on shards of its own; loopback is allowed unless the test says otherwise.
struct Bench {
  explicit Bench(WebFetcher::Options options = open_to_all()) : shards(2), fetcher(options) {
    shards.start();
    fetcher.start(shards);
  }
  ~Bench() { fetcher.stop(); }

  static WebFetcher::Options open_to_all() {
    WebFetcher::Options options;
    options.allow = nullptr;
    return options;
  }

  std::future<Answer> begin(std::string url, FetchOptions options = {}) {
    auto promise = std::make_shared<std::promise<Answer>>();
    fetcher.fetch(std::move(url), std::move(options),
                  [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  Answer fetch(std::string url, FetchOptions options = {}) {
    return begin(std::move(url), std::move(options)).get();
  }

  runtime::Shards shards;
  WebFetcher fetcher;
};

template <class Server>
std::string url_of(const Server& server, std::string_view target) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(target);
}

Response redirect_to(std::string location, int status = 302) {
  Response response;
  response.status = status;
  response.headers.add("Location", std::move(location));
  return response;
}

/// Bytes without end: the next piece whenever the last is gone.
void send_forever(const std::shared_ptr<Exchange>& exchange) {
  exchange->write(std::string(16'384, 'x'), [exchange](Result<void> sent) {
    if (sent) send_forever(exchange);
  });
}

void misbehave(std::shared_ptr<Exchange> exchange) {
  const std::string path(exchange->head().path());
  Response response;
  if (path == "/file") {
    response.headers.add("Content-Type", "Application/PDF ; charset=x");
    response.body = "what is in the file";
  } else if (path == "/endless") {
    exchange->respond_stream(Response());
    return send_forever(exchange);
  } else if (path == "/loop") {
    response = redirect_to("/loop");
  } else if (path == "/relative/a") {
    response = redirect_to("../file", 307);
  } else if (path == "/to_metadata") {
    response = redirect_to("http://169.254.169.254/latest/meta-data/");
  } else if (path == "/to_file") {
    response = redirect_to("file:///etc/passwd");
  } else if (path == "/zipped") {
    response.headers.add("Content-Encoding", "gzip");
    response.body = "\x1f\x8b";
  } else if (path == "/who") {
    response.body = exchange->head().headers.get("authorization", "nobody");
  } else {
    response.status = 404;
  }
  exchange->respond(std::move(response));
}

/// A server that does what no honest one would.
class Hostile {
 public:
  uint16_t port() const { return server_.port(); }

 private:
  void answer(std::shared_ptr<Exchange> exchange) {
    if (exchange->head().path() != "/hang") return misbehave(std::move(exchange));
    const std::lock_guard lock(mutex_);
    hanging_.push_back(std::move(exchange));
  }

  TestServer server_{[this](std::shared_ptr<Exchange> exchange) { answer(std::move(exchange)); }};
  std::mutex mutex_;
  std::vector<std::shared_ptr<Exchange>> hanging_;
};

/// Sends its one client these bytes and closes: for answers that lie.
class Liar {
 public:
  explicit Liar(std::string bytes) {
    const auto address = runtime::SocketAddress::parse("127.0.0.1", 0);
    listener_ = std::move(*runtime::listen_tcp(*address, false));
    port_ = runtime::SocketAddress::local_of(listener_.get()).port();
    thread_ = std::thread([this, bytes = std::move(bytes)] { serve(bytes); });
  }
  ~Liar() { thread_.join(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  void serve(const std::string& bytes) {
    pollfd wait{listener_.get(), POLLIN, 0};
    if (::poll(&wait, 1, 5000) != 1) return;
    const runtime::UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
    char buffer[4096];
    if (::recv(peer.get(), buffer, sizeof buffer, 0) <= 0) return;
    ::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  runtime::UniqueFd listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

TEST_CASE("a file is read, over redirects too") {
  Hostile server;
  Bench bench;
  for (const char* path : {"/file", "/relative/a", "/file#page=2"}) {
    CAPTURE(path);
    const Answer file = bench.fetch(url_of(server, path));
    REQUIRE(file.has_value());
    CHECK(file->body == "what is in the file");
    CHECK(file->content_type == "application/pdf");
    CHECK(file->final_url == url_of(server, "/file"));
  }
}

TEST_CASE("what a hostile server does ends with a reason") {
  Hostile server;
  Bench bench;
  FetchOptions options;
  options.max_bytes = 100'000;
  options.timeout = milliseconds(5'000);
  const struct {
    std::string_view path;
    Kind kind;
  } rows[] = {
      {"/endless", Kind::TooLarge}, {"/loop", Kind::BadUrl},        {"/to_file", Kind::BadUrl},
      {"/nothing", Kind::Status},   {"/zipped", Kind::Unreachable},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const Answer file = bench.fetch(url_of(server, row.path), options);
    REQUIRE(!file.has_value());
    CHECK(file.error().kind == row.kind);
    CHECK(file.error().status == (row.kind == Kind::Status ? 404 : 0));
    CHECK(!file.error().what.empty());
  }
}

TEST_CASE("a server that does not answer costs no more than the timeout") {
  Hostile server;
  Bench bench;
  FetchOptions options;
  options.timeout = milliseconds(50);
  const Answer file = bench.fetch(url_of(server, "/hang"), options);
  REQUIRE(!file.has_value());
  CHECK(file.error().kind == Kind::Timeout);
}

TEST_CASE("a Content-Length that is not kept gives no file") {
  Bench bench;
  Liar more("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  const Answer cut = bench.fetch(more.url());
  REQUIRE(!cut.has_value());
  CHECK(cut.error().kind == Kind::Unreachable);

  Liar giant("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
  const Answer large = bench.fetch(giant.url());
  REQUIRE(!large.has_value());
  CHECK(large.error().kind == Kind::TooLarge);

  Liar less("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst and more");
  const Answer rest = bench.fetch(less.url());
  REQUIRE(rest.has_value());
  CHECK(rest->body == "first");
}

TEST_CASE("private addresses are refused where the policy says so, behind redirects too") {
  Hostile server;
  Bench strict{WebFetcher::Options()};
  for (const std::string& url :
       {url_of(server, "/file"), std::string("http://10.0.0.1/"), std::string("http://[::1]/"),
        std::string("http://[::ffff:127.0.0.1]/"), std::string("http://localhost/")}) {
    CAPTURE(url);
    const Answer file = strict.fetch(url);
    REQUIRE(!file.has_value());
    CHECK(file.error().kind == Kind::Forbidden);
  }
  WebFetcher::Options loopback_only;
  loopback_only.allow = [](std::string_view address) { return address.starts_with("127."); };
  Bench bench(loopback_only);
  CHECK(bench.fetch(url_of(server, "/file")).has_value());
  const Answer file = bench.fetch(url_of(server, "/to_metadata"));
  REQUIRE(!file.has_value());
  CHECK(file.error().kind == Kind::Forbidden);
}

TEST_CASE("user and password are told to the server they are for, and to no other") {
  Hostile server;
  Bench bench;
  FetchOptions options;
  options.user = "Aladdin";
  options.password = "open sesame";
  const Answer told = bench.fetch(url_of(server, "/who"), options);
  REQUIRE(told.has_value());
  CHECK(told->body == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  std::string url = url_of(server, "/who");
  const Answer inside = bench.fetch(url.insert(7, "Aladdin:open%20sesame@"));
  REQUIRE(inside.has_value());
  CHECK(inside->body == told->body);
  CHECK(inside->final_url == url_of(server, "/who"));

  const std::string elsewhere = url_of(server, "/who");
  TestServer mover([&elsewhere](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(redirect_to(elsewhere));
  });
  const Answer other = bench.fetch(url_of(mover, "/"), options);
  REQUIRE(other.has_value());
  CHECK(other->body == "nobody");
}

TEST_CASE("what is no http URL is refused") {
  Bench bench;
  for (const char* url : {"", "file:///etc/passwd", "ftp://a.example/", "ws://a.example/",
                          "http://0x7f000001/", "http://127.0.0.1\r\nX: y/"}) {
    CAPTURE(url);
    const Answer file = bench.fetch(url);
    REQUIRE(!file.has_value());
    CHECK(file.error().kind == Kind::BadUrl);
  }
}

TEST_CASE("files wait for their turn, a bounded number and time") {
  Hostile server;
  WebFetcher::Options narrow = Bench::open_to_all();
  narrow.max_at_once = 1;
  narrow.max_waiting = 1;
  Bench bench(narrow);
  FetchOptions patient;
  patient.timeout = milliseconds(300);
  FetchOptions hasty;
  hasty.timeout = milliseconds(30);
  // Two shards take turns: the first pair runs, the second waits, the third finds no room.
  std::vector<std::future<Answer>> running, waiting, refused;
  for (int i = 0; i < 2; ++i) running.push_back(bench.begin(url_of(server, "/hang"), patient));
  for (int i = 0; i < 2; ++i) waiting.push_back(bench.begin(url_of(server, "/file"), hasty));
  for (int i = 0; i < 2; ++i) refused.push_back(bench.begin(url_of(server, "/file"), hasty));
  for (auto& answer : refused) CHECK(answer.get().error().kind == Kind::Unreachable);
  for (auto& answer : waiting) CHECK(answer.get().error().kind == Kind::Timeout);
  for (auto& answer : running) CHECK(answer.get().error().kind == Kind::Timeout);
  CHECK(bench.fetch(url_of(server, "/file"), patient).has_value());
}

TEST_CASE("before it starts and after it stops, it says so; what is under way is told") {
  Hostile server;
  WebFetcher early{WebFetcher::Options()};
  std::optional<Kind> kind;
  early.fetch(url_of(server, "/file"), {},
              [&kind](const Answer& answer) { kind = answer.error().kind; });
  CHECK(kind == Kind::Unreachable);

  Bench bench;
  auto hanging = bench.begin(url_of(server, "/hang"));
  bench.fetcher.stop();
  CHECK(hanging.get().error().kind == Kind::Unreachable);
  CHECK(bench.fetch(url_of(server, "/file")).error().kind == Kind::Unreachable);
}

}  // namespace
}  // namespace tandem::app
