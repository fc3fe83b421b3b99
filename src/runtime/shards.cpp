#include "runtime/shards.h"

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/assert.h"
#include "runtime/poller.h"
#include "runtime/timer_queue.h"

namespace tandem::runtime {

namespace asio = boost::asio;

namespace {

thread_local Shard* current_shard = nullptr;

class ShardLoop final : public Shard {
 public:
  explicit ShardLoop(size_t index)
      : index_(index), guard_(io_.get_executor()), alarm_(io_), poller_watch_(io_) {
    poller_watch_.assign(poller_.fd());
    watch_poller();
  }
  // The poller closes its descriptor itself.
  ~ShardLoop() override { poller_watch_.release(); }

  size_t index() const override { return index_; }
  bool on_this_thread() const override { return current_shard == this; }
  Poller& poller() override { return poller_; }
  asio::io_context& io() override { return io_; }

  void post(UniqueFunction<void()> work) override;
  TimerId after(std::chrono::steady_clock::duration delay, UniqueFunction<void()> work) override;
  void cancel(TimerId timer) override { timers_.cancel(timer); }

  void run() {
    current_shard = this;
    io_.run();
    current_shard = nullptr;
  }
  void end();
  void drop_waiting();

 private:
  void run_posted();
  void arm_alarm();
  void watch_poller();

  size_t index_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;

  std::mutex inbox_mutex_;
  std::vector<UniqueFunction<void()>> inbox_;
  bool wake_is_posted_ = false;
  bool ended_ = false;
  std::vector<UniqueFunction<void()>> running_;

  TimerQueue timers_;
  asio::steady_timer alarm_;
  TimerQueue::Time armed_for_ = TimerQueue::Time::max();

  Poller poller_;
  asio::posix::stream_descriptor poller_watch_;
};

void ShardLoop::post(UniqueFunction<void()> work) {
  const std::lock_guard lock(inbox_mutex_);
  if (ended_) return;
  inbox_.push_back(std::move(work));
  if (wake_is_posted_) return;
  wake_is_posted_ = true;
  asio::post(io_, [this] { run_posted(); });
}

void ShardLoop::run_posted() {
  {
    const std::lock_guard lock(inbox_mutex_);
    running_.swap(inbox_);
    wake_is_posted_ = false;
  }
  for (UniqueFunction<void()>& work : running_) {
    work();
    work = {};
  }
  running_.clear();
}

TimerId ShardLoop::after(std::chrono::steady_clock::duration delay, UniqueFunction<void()> work) {
  TANDEM_ASSERT(on_this_thread());
  const TimerId id = timers_.add(std::chrono::steady_clock::now() + delay, std::move(work));
  arm_alarm();
  return id;
}

void ShardLoop::arm_alarm() {
  const auto earliest = timers_.earliest();
  if (!earliest || *earliest >= armed_for_) return;
  armed_for_ = *earliest;
  alarm_.expires_at(armed_for_);
  alarm_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // armed anew for something earlier
    armed_for_ = TimerQueue::Time::max();
    timers_.run_due(std::chrono::steady_clock::now());
    arm_alarm();
  });
}

void ShardLoop::watch_poller() {
  poller_watch_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [this](const boost::system::error_code& error) {
                             if (error) return;
                             poller_.dispatch();
                             watch_poller();
                           });
}

void ShardLoop::end() {
  {
    const std::lock_guard lock(inbox_mutex_);
    ended_ = true;
  }
  io_.stop();
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
