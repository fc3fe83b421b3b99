#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <sys/epoll.h>

namespace tandem::runtime {

/// Is told when its descriptor became ready. One watcher watches one descriptor.
class Watcher {
 public:
  /// `events` are EPOLL* bits. The watcher may remove or destroy itself, or others, inside.
  virtual void on_ready(uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

/// Readiness of many descriptors for one shard, over epoll. A descriptor is registered once,
/// edge-triggered, so that a busy connection costs no further system call to wait for its next
/// request: a reactor that arms each wait anew (as Boost.Asio's) costs one a request.
class Poller {
 public:
  /// Edge-triggered, both directions, and the peer's half close.
  static constexpr uint32_t kEdges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  /// Events taken in one go before the loop's other work gets its turn.
  static constexpr size_t kBatch = 256;

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// False when the kernel refuses (out of memory or watches).
  [[nodiscard]] bool add(int fd, Watcher& watcher, uint32_t events = kEdges);
  /// Other events for a descriptor that is registered.
  void change(int fd, Watcher& watcher, uint32_t events);
  /// Before the descriptor is closed; the watcher is not called any more, not even for events that
  /// were fetched already.
  void remove(int fd, const Watcher& watcher);

  /// For the shard's loop: waits until something is ready or the time is over (nothing: for ever),
  /// and calls the watchers.
  void dispatch(std::optional<std::chrono::nanoseconds> timeout);

 private:
  int wait(std::optional<std::chrono::nanoseconds> timeout);

  int fd_;
  bool has_fine_timeout_ = true;  // epoll_pwait2(2), Linux 5.11
  size_t next_ = 0;
  size_t count_ = 0;
  std::array<epoll_event, kBatch> batch_;
};

}  // namespace tandem::runtime
