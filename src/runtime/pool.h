#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/function.h"

namespace tandem::runtime {

class Shard;

/// A few threads for work that blocks or takes long: password hashes, checksums of large files,
/// database reads without an asynchronous interface. Its queue is bounded: who is refused says so
/// to its own caller (503) instead of piling up.
class Pool {
 public:
  /// `name` shows in thread listings (at most 15 characters of it). `threads` at least 1.
  Pool(std::string name, size_t threads, size_t max_queued);
  /// Finishes what runs; what waits is dropped.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Runs `work` on some thread of the pool; false when the queue is full.
  [[nodiscard]] bool submit(UniqueFunction<void()> work);
  /// As submit(), and then `then` on the shard.
  [[nodiscard]] bool submit(UniqueFunction<void()> work, Shard& shard, UniqueFunction<void()> then);
  /// Work that waits for a thread.
  size_t queued() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::runtime
