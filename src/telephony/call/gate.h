#pragma once

#include <mutex>
#include <utility>

#include "core/function.h"
#include "runtime/shards.h"

namespace tandem::call {

/// The way to a switch's thread for those who may outlive the switch.
class Gate {
 public:
  explicit Gate(runtime::Shard& shard) : shard_(&shard) {}

  /// From any thread; dropped after close().
  void post(UniqueFunction<void()> work) {
    const std::lock_guard lock(mutex_);
    if (shard_ != nullptr) shard_->post(std::move(work));
  }
  bool on_thread() {
    const std::lock_guard lock(mutex_);
    return shard_ != nullptr && shard_->on_this_thread();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    shard_ = nullptr;
  }

 private:
  std::mutex mutex_;
  runtime::Shard* shard_;
};

}  // namespace tandem::call
