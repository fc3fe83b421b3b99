#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/assert.h"
#include "core/json.h"
#include "http/server.h"
#include "runtime/shards.h"

/// A webhook receiver for tests and benchmarks, behind a real server.
namespace tandem::events::testing {

/// A webhook as it came.
struct Hook {
  std::string path;
  std::string id;  // of the event
  std::string body;
  int attempt = 0;
  std::string delivered_to;
  http::Headers headers;
};

/// Answers what its behaviour says and remembers everything. Thread-safe.
class Receiver {
 public:
  /// The status to answer with; nothing: no answer at all.
  using Behaviour = std::function<std::optional<int>(const Hook&)>;
  static constexpr std::chrono::seconds kPatience{20};

  explicit Receiver(runtime::Shards& shards)
      : server_(shards, {},
                [this](std::shared_ptr<http::Exchange> exchange) { take(std::move(exchange)); }) {
    TANDEM_ASSERT(server_.start());
  }
  ~Receiver() {
    release();
    server_.stop(std::chrono::milliseconds(0));
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }
  void behave(Behaviour behaviour) {
    const std::lock_guard lock(mutex_);
    behaviour_ = std::move(behaviour);
  }
  /// Answers 200 to everything that was left without an answer.
  void release() {
    std::vector<std::shared_ptr<http::Exchange>> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (const auto& exchange : held) exchange->respond({});
  }

  /// Waits until at least `count` came in all; false when they did not in time.
  bool wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, kPatience, [&] { return hooks_.size() >= count; });
  }
  std::vector<Hook> hooks() {
    const std::lock_guard lock(mutex_);
    return hooks_;
  }
  size_t count() {
    const std::lock_guard lock(mutex_);
    return hooks_.size();
  }
  /// Most that were without an answer at one time.
  size_t held() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }

 private:
  static constexpr size_t kMaxBody = 1 << 20;

  void take(std::shared_ptr<http::Exchange> exchange) {
    auto& as_read = *exchange;
    as_read.read_body(kMaxBody, [this, exchange](Result<std::string> body) {
      if (body) answer(exchange, std::move(*body));
    });
  }

  void answer(const std::shared_ptr<http::Exchange>& exchange, std::string body) {
    Hook hook = read(exchange->head(), std::move(body));
    std::optional<int> status = 200;
    {
      const std::lock_guard lock(mutex_);
      if (behaviour_) status = behaviour_(hook);
      hooks_.push_back(std::move(hook));
      if (!status) held_.push_back(exchange);
    }
    came_.notify_all();
    if (!status) return;
    http::Response response;
    response.status = *status;
    if (*status / 100 == 3) response.headers.add("Location", url("/elsewhere"));
    response.body = "answer " + std::to_string(*status);
    exchange->respond(std::move(response));
  }

  static Hook read(const http::RequestHead& head, std::string body) {
    Hook hook{head.target, {}, std::move(body), 0, {}, head.headers};
    const auto document = json::Document::parse(hook.body);
    if (!document) return hook;
    hook.id = document->root().at_path("data.id").string();
    hook.attempt = static_cast<int>(document->root().at_path("meta.attempt").integer());
    hook.delivered_to = document->root().at_path("meta.delivered_to").string();
    return hook;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  Behaviour behaviour_;
  std::vector<Hook> hooks_;
  std::vector<std::shared_ptr<http::Exchange>> held_;
  http::Server server_;
};

}  // namespace tandem::events::testing
