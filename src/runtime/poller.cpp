#include "runtime/poller.h"

#include <unistd.h>

#include "core/assert.h"

namespace tandem::runtime {

namespace {

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

void Poller::dispatch() {
  const int ready = epoll_wait(fd_, batch_.data(), static_cast<int>(kBatch), 0);
  count_ = ready > 0 ? static_cast<size_t>(ready) : 0;
  for (next_ = 0; next_ < count_;) {
    const epoll_event event = batch_[next_++];
    if (event.data.ptr != nullptr) static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
  }
  next_ = count_ = 0;
}

}  // namespace tandem::runtime
