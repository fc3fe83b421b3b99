#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.h"

namespace tandem::products::messaging {

/// A message that shall be sent: what the pipeline must know to give it its turn.
struct Turn {
  std::string id;
  std::string account;
  std::string from;
  std::string to;
  int kind = 0;  // SenderKind
  int64_t parts = 1;
  int priority = 1;
  WallTime not_before{};
};

/// Where messages that were queued durably are announced to the pipeline. It only saves looking for
/// them: what is not taken from here is found in the store. Any thread.
class SendQueue {
 public:
  /// Announcements that wait; further ones are dropped, and found in the store.
  static constexpr size_t kMostTurns = 50'000;

  void announce(Turn turn);
  struct Taken {
    std::vector<Turn> turns;
    bool dropped = false;  // some were: look into the store
  };
  Taken take();
  /// Called when something was announced, until it was taken: once. Set at start; null at the end.
  void on_announced(std::function<void()> wake);

 private:
  std::mutex mutex_;
  std::vector<Turn> turns_;
  bool dropped_ = false;
  bool told_ = false;
  std::function<void()> wake_;
};

}  // namespace tandem::products::messaging
