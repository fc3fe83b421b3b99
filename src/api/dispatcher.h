#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "api/call.h"
#include "api/effects.h"
#include "core/clock.h"
#include "core/function.h"
#include "store/store.h"

namespace tandem {
class Metrics;
}
namespace tandem::runtime {
class Shard;
class Shards;
}  // namespace tandem::runtime

namespace tandem::api {

/// Told of events once they are durable; events::Dispatcher stands behind it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// On the request's shard, or a thread of the store's driver for work without one.
  virtual void committed(std::span<const events::Event> events) = 0;
};

/// What a decision led to. `reply` holds when `error` does not.
struct Decided {
  std::optional<ApiError> error;
  Reply reply;
};

/// Makes effects true: runs a decision against a snapshot, commits what it wants in one batch, and
/// only then lets out its reply, its commands and its events. The one place where api code waits
/// for the disk, and it waits by callback.
class Dispatcher {
 public:
  struct Options {
    int max_attempts = 8;        // decisions run again after a conflict; then 10036
    size_t handler_threads = 0;  // 0: decisions run on their shard (SQLite); else a pool of so many
                                 // (PostgreSQL, whose reads wait for the network)
    size_t max_waiting = 10'000;  // decisions queued for the pool; above it 10037
  };
  Dispatcher(runtime::Shards& shards, store::Database& database, const Clock& clock,
             Metrics& metrics, Options options);
  ~Dispatcher();

  /// Both set before the first decision; either may stay away.
  void set_event_sink(EventSink* sink);
  /// Called with the earliest due time when timers were committed.
  void on_timers(std::function<void(WallTime earliest)> listener);
  /// Called for each batch that was committed, to drop what was cached of it. Any thread.
  void on_commit(std::function<void(const store::Batch&)> listener);

  using Done = UniqueFunction<void(Decided)>;

  /// Decides for something that is no request (a call leg's event, a carrier's receipt); from any
  /// thread. `done` runs where it was asked when that is a shard, else on the driver's thread.
  void decide(Decision decision, Done done = {});

  /// The same on the calling shard with its own Ids; `decision` may be run several times and is
  /// kept alive until `done` has run.
  void decide_here(runtime::Shard& shard, Ids& ids, Decision decision, Done done);

  /// Stops the pool; decisions under way are finished.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::api
