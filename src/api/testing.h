#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stdlib.h>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "api/auth/gate.h"
#include "api/collections.h"
#include "api/dispatcher.h"
#include "api/pipeline.h"
#include "api/registry.h"
#include "contract/contract.h"
#include "core/assert.h"
#include "core/json.h"
#include "core/metrics.h"
#include "core/random.h"
#include "events/event.h"
#include "http/server.h"
#include "http/websocket.h"
#include "runtime/shards.h"
#include "store/blobs.h"
#include "store/store.h"

/// A whole API in the process, without sockets, for tests of this room and of products:
///
///   testing::Platform platform([](Registry& registry) { registry.resource({...}); });
///   auto answer = platform.send("POST", "/v2/networks", R"({"name":"n"})");
///   CHECK(answer.status == 200);
namespace tandem::api::testing {

/// The contract, loaded once a process: tests share it, it never changes.
inline const contract::Contract& shared_contract() {
  static const std::unique_ptr<contract::Contract> kContract = [] {
    auto loaded = contract::Contract::load();
    TANDEM_ASSERT(loaded.has_value());
    return std::move(*loaded);
  }();
  return *kContract;
}

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tandem-api-XXXXXX").string();
    TANDEM_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request that is there as a whole; its answer goes to a promise.
class FakeExchange final : public http::Exchange {
 public:
  FakeExchange(std::string_view method, std::string target, std::string body,
               const Headers& headers)
      : body_(std::move(body)) {
    head_.method = http::parse_method(method);
    head_.target = std::move(target);
    head_.remote_address = "127.0.0.1";
    for (const auto& [name, value] : headers) head_.headers.add(name, value);
  }
  ~FakeExchange() override {
    if (!answered_) respond({500, {}, "never answered", {}});
  }

  std::future<http::Response> answer() { return answer_.get_future(); }
  http::RequestHead& mutable_head() { return head_; }

  const http::RequestHead& head() const override { return head_; }
  void read_body(size_t limit, UniqueFunction<void(Result<std::string>)> done) override {
    if (body_.size() > limit) return done(fail("too large"));
    done(std::move(body_));
  }
  void read_some(UniqueFunction<void(Result<std::string>)> done) override {
    constexpr size_t kPiece = 7;  // small, so that readers meet every seam
    std::string piece = body_.substr(0, kPiece);
    body_.erase(0, piece.size());
    done(std::move(piece));
  }
  void respond(http::Response response) override {
    answered_ = true;
    answer_.set_value(std::move(response));
  }
  void respond_stream(http::Response head) override { streamed_ = std::move(head); }
  void write(std::string piece, UniqueFunction<void(Result<void>)> done) override {
    streamed_.body += piece;
    done({});
  }
  void finish() override { respond(std::move(streamed_)); }
  std::shared_ptr<http::WebSocket> accept_websocket(std::string_view) override { return nullptr; }

 private:
  http::RequestHead head_;
  std::string body_;
  http::Response streamed_;
  bool answered_ = false;
  std::promise<http::Response> answer_;
};

/// An answer with its body as a tree.
struct Answer {
  int status = 0;
  std::string body;
  json::Value json;
  http::Headers headers;
  /// Code of the first error, or empty.
  std::string code() const {
    const json::Value& errors = json["errors"];
    if (!errors.is_array() || errors.items().empty()) return {};
    const json::Value& first = errors.items().front()["code"];
    return first.is_string() ? std::string(first.string()) : first.text();
  }
  /// Where the first error lies: a pointer or a parameter's name.
  std::string where() const {
    const json::Value& errors = json["errors"];
    if (!errors.is_array() || errors.items().empty()) return {};
    const json::Value& source = errors.items().front()["source"];
    const std::string_view pointer = source["pointer"].string();
    return std::string(pointer.empty() ? source["parameter"].string() : pointer);
  }
};

/// Keeps what was committed.
class EventLog final : public EventSink {
 public:
  void committed(std::vector<events::Event> events) override {
    const std::lock_guard lock(mutex_);
    events_.insert(events_.end(), events.begin(), events.end());
  }
  std::vector<events::Event> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<events::Event> events_;
};

class Platform {
 public:
  using Declare = std::function<void(Registry&)>;
  struct Options {
    size_t shards = 1;
    size_t handler_threads = 0;
    limits::RateLimit rate{1'000'000, std::chrono::milliseconds(1'000)};
    bool validate_answers = true;
    WallTime start = parse_iso8601("2026-11-20T10:00:00Z").value();
    bool frozen = true;
  };
  explicit Platform(const Declare& declare) : Platform(declare, Options()) {}
  Platform(const Declare& declare, Options options)
      : clock(options.start, options.frozen), registry(shared_contract()), shards(options.shards) {
    declare(registry);
    database = store::open_sqlite(directory.path() + "/test.db");
    std::vector<store::Collection> all = collections();
    for (auto& part : {registry.collections(), events::collections()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    const auto opened = database->open(std::move(all));
    TANDEM_ASSERT(opened.has_value());
    blobs = std::move(*store::open_file_blobs(directory.path() + "/blobs"));
    const auto account_made = auth::create_account(*database, moment(), "Test");
    account = account_made->id;
    key = auth::create_api_key(*database, moment(), account, "test")->secret;
    Dispatcher::Options dispatching;
    dispatching.handler_threads = options.handler_threads;
    dispatcher.emplace(shards, *database, clock, metrics, dispatching);
    dispatcher->set_event_sink(&events);
    auth::Gate::Options gating;
    gating.rate = options.rate;
    gating.anonymous_rate = options.rate;
    gating.access_rules = registry.engine(kAccessIpAddresses) && registry.engine(kAccessIpRanges);
    gate.emplace(*database, clock, shards.size(), gating);
    dispatcher->on_change(auth::Gate::watched(), [this] { gate->forget(); });
    Pipeline::Options serving;
    serving.validate_answers = options.validate_answers;
    pipeline.emplace(
        Pipeline::Parts{registry, *dispatcher, *gate, shards, metrics, nullptr, blobs.get()},
        serving);
    shards.start();
  }
  ~Platform() {
    dispatcher->stop();
    shards.stop();
  }

  Moment moment() { return {clock.now(), ids}; }

  /// Sends a request with the account's key and JSON as the content type, unless told otherwise,
  /// and waits for its answer.
  Answer send(std::string_view method, std::string target, std::string body = {},
              Headers headers = {}) {
    return answer_of(start(method, std::move(target), std::move(body), std::move(headers)));
  }
  std::future<http::Response> start(std::string_view method, std::string target, std::string body,
                                    Headers headers) {
    with_default(headers, "authorization", "Bearer " + key);
    if (!body.empty()) with_default(headers, "content-type", "application/json");
    auto exchange =
        std::make_shared<FakeExchange>(method, std::move(target), std::move(body), headers);
    exchange->mutable_head().remote_address = remote_address;
    auto future = exchange->answer();
    shards[next_shard++ % shards.size()].post(
        [this, held = std::move(exchange)]() mutable { pipeline->handle(std::move(held)); });
    return future;
  }
  static Answer answer_of(std::future<http::Response> future) {
    http::Response response = future.get();
    Answer answer{response.status, std::move(response.body), {}, std::move(response.headers)};
    if (auto value = json::Value::parse(answer.body)) answer.json = std::move(*value);
    return answer;
  }

  // In the order in which they need one another.
  TempDir directory;
  VirtualClock clock;
  SystemRandom random;
  Ids ids{clock, random};
  Metrics metrics;
  Registry registry;
  runtime::Shards shards;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Blobs> blobs;
  EventLog events;
  std::optional<Dispatcher> dispatcher;
  std::optional<auth::Gate> gate;
  std::optional<Pipeline> pipeline;
  std::string account;
  std::string key;
  std::string remote_address = "127.0.0.1";
  size_t next_shard = 0;

 private:
  /// An empty value given for a header means: without it.
  static void with_default(Headers& headers, const std::string& name, std::string value) {
    for (auto it = headers.begin(); it != headers.end(); ++it) {
      if (it->first != name) continue;
      if (it->second.empty()) headers.erase(it);
      return;
    }
    headers.emplace_back(name, std::move(value));
  }
};

}  // namespace tandem::api::testing
