#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/function.h"
#include "runtime/shards.h"

namespace tandem::runtime {

/// The timers of one shard in a heap, without any I/O: who owns it asks for the earliest and runs
/// what is due. Cancelled timers leave the heap lazily.
class TimerQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  TimerId add(Time due, UniqueFunction<void()> work);
  void cancel(TimerId timer);
  /// When the next one is due (perhaps a cancelled one: then too early, never too late).
  std::optional<Time> earliest() const;
  /// Runs what is due at `now`; timers started meanwhile wait for the next call.
  void run_due(Time now);
  /// Timers that wait.
  size_t size() const { return live_; }

 private:
  struct Slot {
    UniqueFunction<void()> work;
    uint32_t generation = 1;
    bool used = false;
  };
  struct Entry {
    Time due;
    uint64_t order;
    TimerId id;
    bool operator>(const Entry& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };
  Slot* find(TimerId timer);
  UniqueFunction<void()> release(TimerId timer);
  void drop_cancelled();

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<Entry> heap_;
  uint64_t next_order_ = 0;
  size_t live_ = 0;
};

}  // namespace tandem::runtime
