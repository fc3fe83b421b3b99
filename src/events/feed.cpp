#include "events/feed.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/assert.h"

namespace tandem::events {

std::unique_ptr<Feed::Subscription> Feed::subscribe(std::string account, std::function<void()> wake,
                                                    size_t capacity) {
  TANDEM_ASSERT(capacity >= 1 && wake);
  const std::lock_guard lock(mutex_);
  if (subscriptions_.size() >= kMaxSubscriptions) return nullptr;
  std::unique_ptr<Subscription> subscription(
      new Subscription(*this, std::move(account), std::move(wake), capacity));
  subscriptions_.push_back(subscription.get());
  return subscription;
}

void Feed::publish(std::span<const Event> events) {
  const std::lock_guard lock(mutex_);
  if (subscriptions_.empty()) return;
  std::vector<bool> woken(subscriptions_.size(), false);
  for (const Event& event : events) {
    std::shared_ptr<const Event> shared;
    for (size_t i = 0; i < subscriptions_.size(); ++i) {
      if (!subscriptions_[i]->wants(event)) continue;
      if (!shared) shared = std::make_shared<const Event>(event);
      if (subscriptions_[i]->push(shared)) woken[i] = true;
    }
  }
  // Under the lock, so that nobody is woken after it was destroyed.
  for (size_t i = 0; i < subscriptions_.size(); ++i) {
    if (woken[i]) subscriptions_[i]->wake_();
  }
}

Feed::Subscription::Subscription(Feed& feed, std::string account, std::function<void()> wake,
                                 size_t capacity)
    : feed_(feed), account_(std::move(account)), wake_(std::move(wake)), capacity_(capacity) {}

Feed::Subscription::~Subscription() {
  const std::lock_guard lock(feed_.mutex_);
  std::erase(feed_.subscriptions_, this);
}

bool Feed::Subscription::wants(const Event& event) const {
  return account_.empty() || account_ == event.account;
}

bool Feed::Subscription::push(std::shared_ptr<const Event> event) {
  const bool was_empty = queue_.empty();
  if (queue_.size() == capacity_) {
    queue_.pop_front();
    ++dropped_;
  }
  queue_.push_back(std::move(event));
  return was_empty;
}

Feed::Subscription::Taken Feed::Subscription::take() {
  const std::lock_guard lock(feed_.mutex_);
  Taken taken;
  taken.events.assign(std::make_move_iterator(queue_.begin()),
                      std::make_move_iterator(queue_.end()));
  queue_.clear();
  taken.dropped = std::exchange(dropped_, 0);
  return taken;
}

}  // namespace tandem::events
