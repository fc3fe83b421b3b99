#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "events/event.h"

namespace tandem::events {

/// Committed events as they come, for those inside the process who watch: the console, the command
/// line's listener. Best effort: a watcher that is too slow loses the oldest and is told how many.
class Feed {
 public:
  /// Events a watcher can fall behind before it loses some.
  static constexpr size_t kQueueEvents = 1'024;
  /// Watchers at one time.
  static constexpr size_t kMaxSubscriptions = 1'000;

  class Subscription;

  /// Watches an account's events (empty: every account's) from now on. `wake` is called when
  /// events wait that take() has not been told of yet: on the thread that publishes, so it must
  /// only hop to its own. Null when there are too many watchers. The Feed outlives them.
  std::unique_ptr<Subscription> subscribe(std::string account, std::function<void()> wake,
                                          size_t capacity = kQueueEvents);

  /// Any thread.
  void publish(std::span<const Event> events);

 private:
  std::mutex mutex_;
  std::vector<Subscription*> subscriptions_;
};

/// One watcher's queue. Destroying it ends the watching; `wake` is not called any more then.
class Feed::Subscription {
 public:
  struct Taken {
    /// Watchers share an event, so that publishing copies it once.
    std::vector<std::shared_ptr<const Event>> events;
    uint64_t dropped = 0;  // lost since the last take()
  };

  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  /// Everything that waits, the oldest first. Any thread.
  Taken take();

 private:
  friend class Feed;
  Subscription(Feed& feed, std::string account, std::function<void()> wake, size_t capacity);
  bool wants(const Event& event) const;
  /// Whether the watcher is to be woken. Under the feed's lock.
  bool push(std::shared_ptr<const Event> event);

  Feed& feed_;
  std::string account_;
  std::function<void()> wake_;
  size_t capacity_;
  std::deque<std::shared_ptr<const Event>> queue_;
  uint64_t dropped_ = 0;
};

}  // namespace tandem::events
