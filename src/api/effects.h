#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/error.h"
#include "core/clock.h"
#include "core/function.h"
#include "core/json.h"
#include "events/event.h"
#include "http/message.h"
#include "store/store.h"

namespace tandem::api {

using contract::ApiError;
using contract::refuse;

/// What a request is answered with once its effects are durable.
struct Reply {
  int status = 0;  // 0: the operation's documented success
  std::string body;
  std::string content_type = "application/json";
  http::Headers headers;
  std::optional<http::FileBody> file;  // instead of body
  /// Instead of all of the above: runs after the commit and answers when it is ready (speech,
  /// inference). Called on the request's shard; `respond` may be called from any thread, once.
  std::function<void(std::function<void(Reply)> respond)> later;

  static Reply json(std::string body, int status = 0);
  /// `{"data": <object>}`
  static Reply data(const json::Value& object, int status = 0);
  static Reply text(std::string body, std::string content_type, int status = 0);
  static Reply of_file(http::FileBody file, std::string content_type, int status = 0);
  static Reply empty(int status = 204);
  /// Nothing was set: a Resource then gives its own answer.
  bool unset() const { return status == 0 && body.empty() && !file && !later; }
};

/// A step that shall run later on the Clock, durably: at least once, at or after `due`.
struct Timer {
  std::string id;        // names it: setting the same id again moves it
  std::string workflow;  // registered name: "porting.advance"
  WallTime due{};
  std::string payload;  // JSON text for the workflow
  std::string account;
};

/// Everything a handler or a workflow step wants to happen: pure data until the dispatcher commits
/// it, all of it or nothing.
struct Effects {
  store::Batch batch;
  std::vector<events::Event> events;
  std::vector<Timer> timers;
  std::vector<std::string> cancelled_timers;
  Reply reply;
  /// Commands to an engine (a call leg, a carrier link), released once the batch is durable. What
  /// must survive a crash is a Timer instead.
  std::vector<UniqueFunction<void()>> after_commit;
  /// What a request is refused with when a counter of the batch would leave its bounds; without
  /// one: 20100, insufficient funds.
  std::function<ApiError(std::string_view counter)> out_of_bounds;

  /// `body` is kept as its JSON text. `expected`: store::kNew, store::kAnyRevision, or the revision
  /// that was read; a mismatch runs the handler again.
  void put(std::string collection, std::string id, std::string account, const json::Value& body,
           int64_t expected = store::kAnyRevision, WallTime created_at = {});
  void remove(std::string collection, std::string id, int64_t expected = store::kAnyRevision);
  /// Appends everything of `other`; its reply, when it has one, wins.
  void merge(Effects other);
};

using Outcome = Result<Effects, ApiError>;

}  // namespace tandem::api
