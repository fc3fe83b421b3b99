#include "api/handler_pool.h"

#include <utility>

#include "core/random.h"

namespace tandem::api {

HandlerPool::HandlerPool(size_t threads, size_t max_waiting, const Clock& clock)
    : max_waiting_(max_waiting) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, &clock] { run(clock); });
}

HandlerPool::~HandlerPool() { stop(); }

bool HandlerPool::submit(Work& work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(work));
  }
  ready_.notify_one();
  return true;
}

void HandlerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void HandlerPool::run(const Clock& clock) {
  SystemRandom random;
  Ids ids(clock, random);
  for (;;) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work(ids);
  }
}

}  // namespace tandem::api
