#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/function.h"

namespace boost::asio {
class io_context;
}

namespace tandem::runtime {

/// Handle of a timer that was started; cancelling one that ran or never was is fine.
using TimerId = uint64_t;

/// One event loop on one thread. What lives on it is touched by no other thread, so it needs no
/// locks; others hand it work with post().
class Shard {
 public:
  virtual ~Shard() = default;
  virtual size_t index() const = 0;
  /// Runs `work` on this shard's thread, later; from any thread, in order per caller.
  virtual void post(UniqueFunction<void()> work) = 0;
  virtual bool on_this_thread() const = 0;
  /// Monotonic timer; called on the shard. From the shard's own thread only.
  virtual TimerId after(std::chrono::steady_clock::duration delay, UniqueFunction<void()> work) = 0;
  virtual void cancel(TimerId timer) = 0;
  /// For the rooms that own sockets (runtime, http, telephony, carrier).
  virtual boost::asio::io_context& io() = 0;

  /// The shard whose thread this is, or null.
  static Shard* current();
};

/// All shards of the process.
class Shards {
 public:
  /// `count` 0: one a core.
  explicit Shards(size_t count);
  ~Shards();
  size_t size() const;
  Shard& operator[](size_t index);
  void start();
  /// Ends every loop and joins the threads.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::runtime
