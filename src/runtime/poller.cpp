#include "runtime/poller.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include "core/assert.h"

namespace tandem::runtime {

namespace {

constexpr int64_t kMaxWaitMillis = 3'600'000;

epoll_event event_for(Watcher& watcher, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  return event;
}

}  // namespace

Poller::Poller() : fd_(epoll_create1(EPOLL_CLOEXEC)) { TANDEM_ASSERT(fd_ >= 0); }

Poller::~Poller() { ::close(fd_); }

bool Poller::add(int fd, Watcher& watcher, uint32_t events) {
  epoll_event event = event_for(watcher, events);
  return epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::change(int fd, Watcher& watcher, uint32_t events) {
  epoll_event event = event_for(watcher, events);
  TANDEM_ASSERT(epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void Poller::remove(int fd, const Watcher& watcher) {
  epoll_ctl(fd_, EPOLL_CTL_DEL, fd, nullptr);
  for (size_t i = next_; i < count_; ++i) {
    if (batch_[i].data.ptr == &watcher) batch_[i].data.ptr = nullptr;
  }
}

int Poller::wait(std::optional<std::chrono::nanoseconds> timeout) {
  constexpr int kEvents = static_cast<int>(kBatch);
  if (!timeout) return epoll_wait(fd_, batch_.data(), kEvents, -1);
  if (timeout->count() <= 0) return epoll_wait(fd_, batch_.data(), kEvents, 0);
  if (has_fine_timeout_) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*timeout);
    const timespec time{seconds.count(), (*timeout - seconds).count()};
    const int ready = epoll_pwait2(fd_, batch_.data(), kEvents, &time, nullptr);
    if (ready >= 0 || errno != ENOSYS) return ready;
    has_fine_timeout_ = false;
  }
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(*timeout).count();
  return epoll_wait(fd_, batch_.data(), kEvents,
                    static_cast<int>(std::min<int64_t>(millis, kMaxWaitMillis)));
}

void Poller::dispatch(std::optional<std::chrono::nanoseconds> timeout) {
  const int ready = wait(timeout);
  count_ = ready > 0 ? static_cast<size_t>(ready) : 0;
  for (next_ = 0; next_ < count_;) {
    const epoll_event event = batch_[next_++];
    if (event.data.ptr != nullptr) static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
  }
  next_ = count_ = 0;
}

}  // namespace tandem::runtime
