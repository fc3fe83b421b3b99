#include "runtime/pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <pthread.h>

#include "core/assert.h"
#include "runtime/shards.h"

namespace tandem::runtime {

namespace {

constexpr size_t kMaxThreadName = 15;  // pthread_setname_np(3)

}  // namespace

struct Pool::Impl {
  explicit Impl(size_t limit) : max_queued(limit) {}

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      work_or_end.wait(lock, [this] { return ending || !queue.empty(); });
      if (ending) return;
      UniqueFunction<void()> work = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      work();
      work = {};
      lock.lock();
    }
  }

  const size_t max_queued;
  mutable std::mutex mutex;
  std::condition_variable work_or_end;
  std::deque<UniqueFunction<void()>> queue;
  bool ending = false;
  std::vector<std::thread> threads;
};

Pool::Pool(std::string name, size_t threads, size_t max_queued)
    : impl_(std::make_unique<Impl>(max_queued)) {
  TANDEM_ASSERT(threads > 0);
  name.resize(std::min(name.size(), kMaxThreadName));
  for (size_t i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] { impl->run(); });
    pthread_setname_np(impl_->threads.back().native_handle(), name.c_str());
  }
}

Pool::~Pool() {
  std::deque<UniqueFunction<void()>> dropped;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ending = true;
    dropped.swap(impl_->queue);
  }
  impl_->work_or_end.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

bool Pool::submit(UniqueFunction<void()> work) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->ending || impl_->queue.size() >= impl_->max_queued) return false;
    impl_->queue.push_back(std::move(work));
  }
  impl_->work_or_end.notify_one();
  return true;
}

bool Pool::submit(UniqueFunction<void()> work, Shard& shard, UniqueFunction<void()> then) {
  return submit([work = std::move(work), &shard, then = std::move(then)]() mutable {
    work();
    shard.post(std::move(then));
  });
}

size_t Pool::queued() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.size();
}

}  // namespace tandem::runtime
