#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "core/clock.h"
#include "core/function.h"
#include "events/attempt.h"
#include "events/open_bundles.h"
#include "events/outbox.h"
#include "store/store.h"

namespace tandem::events {

/// What became of a delivery in one round.
struct Settled {
  enum class Outcome : uint8_t { Delivered, Retry, GivenUp };
  Outcome outcome = Outcome::Delivered;
  std::unique_ptr<Delivery> delivery;  // rounds, attempts and due as they are from now on
  std::vector<Attempt> attempts;       // of this round, the earliest first
  size_t shard = 0;                    // who wants to know when it is durable
  uint64_t generation = 0;             // of that shard's courier
};

/// Says that a Settled is durable.
struct Recorded {
  std::string id;
  std::string lane;
  std::optional<WallTime> due;  // when it was parked
  uint64_t generation = 0;
};

/// The dispatcher's side of the store, on a thread of its own, so that no shard waits for a disk.
/// Results are written in groups; while groups are under way the next one gathers.
class Journal {
 public:
  /// Tells a shard what is durable; called on a thread of the store.
  using OnRecorded = std::function<void(size_t shard, std::vector<Recorded>)>;

  Journal(store::Database& database, const Clock& clock, OnRecorded on_recorded);
  ~Journal();

  void start();
  /// Writes what was handed over, waits until that is durable, ends the thread.
  void stop();

  // From any thread; `done` runs on the journal's, but not once it was stopped or reset.
  void record(Settled settled);
  void read(std::string target, std::unordered_set<std::string> known, size_t limit,
            UniqueFunction<void(Backlog)> done);
  /// All targets that are owed something.
  void discover(UniqueFunction<void(std::vector<std::string>)> done);
  /// Forgets what is handed over but not written yet.
  void reset();

 private:
  using Group = std::vector<Settled>;
  void run();
  bool has_work() const;
  void ask(UniqueFunction<void()> question);
  Group take_group();
  void write(Group group);
  void written(Group group, const store::Committed& result);
  void read_now(const std::string& target, const std::unordered_set<std::string>& known,
                size_t limit, UniqueFunction<void(Backlog)>& done);
  void discover_now(UniqueFunction<void(std::vector<std::string>)>& done);
  void tidy(Backlog& backlog);
  bool pause();

  store::Database& database_;
  const Clock& clock_;
  OnRecorded on_recorded_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  OpenBundles bundles_;
  std::deque<Settled> settled_;
  std::deque<UniqueFunction<void()>> questions_;
  size_t groups_under_way_ = 0;
  std::chrono::steady_clock::time_point not_before_{};  // after a failed write
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tandem::events
