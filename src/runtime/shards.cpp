#include "runtime/shards.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/assert.h"
#include "runtime/poller.h"
#include "runtime/socket.h"
#include "runtime/timer_queue.h"

namespace tandem::runtime {

namespace {

thread_local Shard* current_shard = nullptr;

class ShardLoop final : public Shard {
 public:
  explicit ShardLoop(size_t index) : index_(index), alarm_(::eventfd(0, EFD_CLOEXEC)) {
    TANDEM_ASSERT(alarm_ && poller_.add(alarm_.get(), waker_, EPOLLIN | EPOLLET));
  }

  size_t index() const override { return index_; }
  bool on_this_thread() const override { return current_shard == this; }
  Poller& poller() override { return poller_; }

  void post(UniqueFunction<void()> work) override;
  TimerId after(std::chrono::steady_clock::duration delay, UniqueFunction<void()> work) override;
  void cancel(TimerId timer) override { timers_.cancel(timer); }

  void run();
  void end();
  void drop_waiting();

 private:
  /// Only has to end a wait; being edge-triggered, the alarm needs no reading.
  struct Waker final : Watcher {
    void on_ready(uint32_t /*events*/) override {}
  };
  void wake();
  bool run_posted();
  bool inbox_is_empty();
  std::optional<std::chrono::nanoseconds> patience() const;

  const size_t index_;
  Poller poller_;
  UniqueFd alarm_;
  Waker waker_;
  TimerQueue timers_;
  std::vector<UniqueFunction<void()>> running_;

  std::mutex inbox_mutex_;
  std::vector<UniqueFunction<void()>> inbox_;
  bool ended_ = false;
};

void ShardLoop::wake() {
  const uint64_t one = 1;
  TANDEM_ASSERT(::write(alarm_.get(), &one, sizeof one) == sizeof one);
}

void ShardLoop::post(UniqueFunction<void()> work) {
  bool was_empty = false;
  {
    const std::lock_guard lock(inbox_mutex_);
    if (ended_) return;
    was_empty = inbox_.empty();
    inbox_.push_back(std::move(work));
  }
  // Its own thread looks before it waits; who posts behind others knows that it was woken.
  if (was_empty && !on_this_thread()) wake();
}

/// Runs what was posted until now; false when the loop has ended.
bool ShardLoop::run_posted() {
  {
    const std::lock_guard lock(inbox_mutex_);
    if (ended_) return false;
    running_.swap(inbox_);
  }
  for (UniqueFunction<void()>& work : running_) {
    work();
    work = {};
  }
  running_.clear();
  return true;
}

bool ShardLoop::inbox_is_empty() {
  const std::lock_guard lock(inbox_mutex_);
  return inbox_.empty();
}

/// How long the loop may wait for descriptors.
std::optional<std::chrono::nanoseconds> ShardLoop::patience() const {
  const auto earliest = timers_.earliest();
  if (!earliest) return std::nullopt;
  return *earliest - std::chrono::steady_clock::now();
}

void ShardLoop::run() {
  current_shard = this;
  while (run_posted()) {
    if (timers_.earliest()) timers_.run_due(std::chrono::steady_clock::now());
    poller_.dispatch(inbox_is_empty() ? patience() : std::chrono::nanoseconds(0));
  }
  current_shard = nullptr;
}

TimerId ShardLoop::after(std::chrono::steady_clock::duration delay, UniqueFunction<void()> work) {
  TANDEM_ASSERT(on_this_thread());
  return timers_.add(std::chrono::steady_clock::now() + delay, std::move(work));
}

void ShardLoop::end() {
  {
    const std::lock_guard lock(inbox_mutex_);
    ended_ = true;
  }
  wake();
}

void ShardLoop::drop_waiting() {
  // What is destroyed may call post() and cancel(): so the members are in order before it goes.
  const TimerQueue timers = std::exchange(timers_, {});
  std::vector<UniqueFunction<void()>> posted;
  {
    const std::lock_guard lock(inbox_mutex_);
    posted.swap(inbox_);
  }
}

}  // namespace

Shard* Shard::current() { return current_shard; }

struct Shards::Impl {
  std::vector<std::unique_ptr<ShardLoop>> loops;
  std::vector<std::thread> threads;
  std::atomic<bool> running{false};
};

Shards::Shards(size_t count) : impl_(std::make_unique<Impl>()) {
  std::signal(SIGPIPE, SIG_IGN);
  if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
  for (size_t i = 0; i < count; ++i) impl_->loops.push_back(std::make_unique<ShardLoop>(i));
}

Shards::~Shards() { stop(); }

size_t Shards::size() const { return impl_->loops.size(); }

Shard& Shards::operator[](size_t index) {
  TANDEM_ASSERT(index < impl_->loops.size());
  return *impl_->loops[index];
}

void Shards::start() {
  TANDEM_ASSERT(!impl_->running);
  impl_->running = true;
  for (auto& loop : impl_->loops) {
    impl_->threads.emplace_back([&loop = *loop] { loop.run(); });
    const std::string name = "shard " + std::to_string(loop->index());
    pthread_setname_np(impl_->threads.back().native_handle(), name.c_str());
  }
}

void Shards::stop() {
  if (!impl_->running) return;
  for (auto& loop : impl_->loops) loop->end();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->running = false;
  for (auto& loop : impl_->loops) loop->drop_waiting();
}

bool Shards::running() const { return impl_->running; }

}  // namespace tandem::runtime
