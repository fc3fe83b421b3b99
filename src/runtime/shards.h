#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/function.h"

namespace tandem::runtime {

class Poller;

/// Handle of a timer that was started; cancelling one that ran or never was is fine.
using TimerId = uint64_t;

/// One event loop on one thread: readiness of descriptors, timers, and work from other threads.
/// What lives on it is touched by no other thread, so it needs no locks; others hand it work with
/// post(). Nothing that runs on it may block.
class Shard {
 public:
  virtual ~Shard() = default;
  virtual size_t index() const = 0;
  /// Runs `work` on this shard's thread, later; from any thread, in order per caller. Work handed
  /// over after the loop ended is dropped.
  virtual void post(UniqueFunction<void()> work) = 0;
  virtual bool on_this_thread() const = 0;
  /// Monotonic timer; called on the shard. From the shard's own thread only.
  virtual TimerId after(std::chrono::steady_clock::duration delay, UniqueFunction<void()> work) = 0;
  virtual void cancel(TimerId timer) = 0;
  /// Readiness of descriptors (runtime/poller.h). From the shard's own thread only.
  virtual Poller& poller() = 0;

  /// The shard whose thread this is, or null.
  static Shard* current();
};

/// All shards of the process. Outlives everything that holds a Shard, and threads that post to one.
class Shards {
 public:
  /// `count` 0: one a core. Also makes the process ignore SIGPIPE: a peer that went away is an
  /// error of the write, not the end of the server.
  explicit Shards(size_t count);
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  size_t size() const;
  Shard& operator[](size_t index);
  void start();
  /// Ends every loop and joins the threads. Work that waits is dropped.
  void stop();
  /// Between start() and stop().
  bool running() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::runtime
