#include "products/messaging/send_queue.h"

#include <utility>

namespace tandem::products::messaging {

void SendQueue::announce(Turn turn) {
  const std::lock_guard lock(mutex_);
  if (turns_.size() < kMostTurns) {
    turns_.push_back(std::move(turn));
  } else {
    dropped_ = true;
  }
  if (told_ || !wake_) return;
  told_ = true;
  wake_();
}

SendQueue::Taken SendQueue::take() {
  const std::lock_guard lock(mutex_);
  Taken taken{std::exchange(turns_, {}), std::exchange(dropped_, false)};
  told_ = false;
  return taken;
}

void SendQueue::on_announced(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  told_ = false;
}

}  // namespace tandem::products::messaging
