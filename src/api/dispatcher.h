#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/effects.h"
#include "core/clock.h"
#include "core/function.h"
#include "store/store.h"

namespace tandem {
class Metrics;
}
namespace tandem::runtime {
class Shards;
}

namespace tandem::api {

/// Told of events once they are durable; events::Dispatcher stands behind it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// On the shard that decided.
  virtual void committed(std::vector<events::Event> events) = 0;
};

/// What a decision led to: refused with `error`, or durable and answered with `reply`.
struct Decided {
  std::optional<ApiError> error;
  Reply reply;
};

/// Makes effects true: runs a decision against a snapshot, commits what it wants in one batch, and
/// only then lets out its reply, its commands and its events. The one place of the room that waits
/// for the disk, and it waits by callback.
///
/// A decision is run again when what it read has changed meanwhile. A unique field taken by
/// another is answered with 10012, a counter out of its bounds as Effects::out_of_bounds says.
class Dispatcher {
 public:
  struct Options {
    int max_attempts = 64;        // runs of one decision; then 10036 with 409
    size_t handler_threads = 0;   // 0: decisions run on their shard (SQLite); else a pool of so
                                  // many (PostgreSQL, whose reads wait for the network)
    size_t max_waiting = 10'000;  // decisions queued for the pool; above it 10037 with 503
  };
  Dispatcher(runtime::Shards& shards, store::Database& database, const Clock& clock,
             Metrics& metrics, Options options);
  Dispatcher(runtime::Shards& shards, store::Database& database, const Clock& clock,
             Metrics& metrics)
      : Dispatcher(shards, database, clock, metrics, Options()) {}
  ~Dispatcher();

  // Set before the first decision; each may stay away.
  void set_event_sink(EventSink* sink);
  /// Asked before effects are committed; what it answers refuses the decision (AnswerCheck).
  void set_check(std::function<std::optional<ApiError>(const Effects&)> check);
  /// Given what is about to be committed, with the snapshot it was decided on, to make it complete.
  void set_completion(std::function<void(store::Batch&, const store::Snapshot&)> complete);
  /// Called with the earliest due time of timers that were committed. Any shard.
  void on_timers(std::function<void(WallTime earliest)> listener);
  /// Called after a batch that changed one of these collections was committed, to drop what is
  /// cached of it. Any shard.
  void on_change(std::vector<std::string> collections, std::function<void()> listener);

  using Done = UniqueFunction<void(Decided)>;
  /// Decides, commits, tells. From a shard: it all happens there. From any other thread: on some
  /// shard. `decision` is kept until `done` was called and may run on another thread (of the pool),
  /// never on two at once.
  void decide(Decision decision, Done done = {});

  /// The ids of a shard, for its own thread only.
  Ids& ids(size_t shard);
  const Clock& clock() const;
  store::Database& database();

  /// Ends the pool; decisions that wait for it are dropped.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::api
