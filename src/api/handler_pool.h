#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/function.h"
#include "core/ids.h"

namespace tandem::api {

/// A few threads that run decisions whose reads wait for a network. Bounded: what does not fit is
/// refused at once.
class HandlerPool {
 public:
  /// Work gets the Ids of the thread it runs on.
  using Work = UniqueFunction<void(Ids&)>;

  HandlerPool(size_t threads, size_t max_waiting, const Clock& clock);
  ~HandlerPool();

  /// False, and `work` untouched, when the queue is full or the pool has stopped.
  bool submit(Work& work);
  /// Finishes what runs, drops what waits, joins the threads.
  void stop();

 private:
  void run(const Clock& clock);

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Work> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tandem::api
