#include "events/target_queue.h"

#include <algorithm>

#include "core/assert.h"

namespace tandem::events {

void TargetQueue::offer(Delivery delivery, bool room) {
  if (from_store_.contains(delivery.id)) return;
  if (direct_ && room) {
    append(std::move(delivery));
  } else if (reading_ && !look_ && room) {
    fresh_.push_back(std::move(delivery));
  } else {
    look_again();
  }
}

void TargetQueue::look_again() {
  direct_ = false;
  look_ = true;
}

void TargetQueue::append(Delivery delivery) {
  known_.insert(delivery.id);
  const auto [at, fresh] = lanes_.try_emplace(delivery.lane);
  if (fresh) ready_.push_back(delivery.lane);
  at->second.queue.push_back(std::make_unique<Delivery>(std::move(delivery)));
}

const Delivery* TargetQueue::peek() const {
  if (ready_.empty()) return nullptr;
  return lanes_.find(ready_.front())->second.queue.front().get();
}

Delivery* TargetQueue::next() {
  if (ready_.empty()) return nullptr;
  const auto at = lanes_.find(ready_.front());
  TANDEM_ASSERT(at != lanes_.end() && !at->second.queue.empty());
  ready_.pop_front();
  return at->second.queue.front().get();
}

std::unique_ptr<Delivery> TargetQueue::take_first(Lane& lane, const Delivery& delivery) {
  TANDEM_ASSERT(!lane.queue.empty() && lane.queue.front().get() == &delivery);
  auto first = std::move(lane.queue.front());
  lane.queue.pop_front();
  return first;
}

std::unique_ptr<Delivery> TargetQueue::finish(const Delivery& delivery) {
  const auto at = lanes_.find(delivery.lane);
  TANDEM_ASSERT(at != lanes_.end());
  auto first = take_first(at->second, delivery);
  if (at->second.queue.empty()) {
    lanes_.erase(at);
  } else {
    ready_.push_back(first->lane);
  }
  return first;
}

std::unique_ptr<Delivery> TargetQueue::park(const Delivery& delivery) {
  const auto at = lanes_.find(delivery.lane);
  TANDEM_ASSERT(at != lanes_.end());
  auto first = take_first(at->second, delivery);
  drop_rest(at->second);
  at->second.parking = true;
  ++parking_;
  look_again();
  return first;
}

void TargetQueue::drop_rest(Lane& lane) {
  for (const auto& delivery : lane.queue) known_.erase(delivery->id);
  lane.queue.clear();
}

void TargetQueue::recorded(const std::string& id, std::string_view lane,
                           std::optional<WallTime> due) {
  known_.erase(id);
  if (!due) return;
  TANDEM_ASSERT(parking_ > 0);
  --parking_;
  lanes_.erase(std::string(lane));
  // A read that began before saw the store as it was before: its answer must not be the last word.
  parked_since_read_ = true;
  look_again();
}

bool TargetQueue::wants_backlog(WallTime now, size_t room) const {
  if (reading_ || room == 0) return false;
  return look_ || (next_due_ && *next_due_ <= now);
}

void TargetQueue::reading() {
  TANDEM_ASSERT(!direct_);
  reading_ = true;
  parked_since_read_ = false;
  look_ = false;
}

void TargetQueue::add(Backlog backlog) {
  TANDEM_ASSERT(reading_);
  reading_ = false;
  if (backlog.more || !backlog.parked.empty() || !backlog.orphans.empty()) look_ = true;
  next_due_ = backlog.next_due;
  add_ready(std::move(backlog.ready));
  direct_ = !look_ && !next_due_ && parking_ == 0;
  add_fresh();
}

void TargetQueue::add_ready(std::vector<Delivery> ready) {
  from_store_.clear();
  for (Delivery& delivery : ready) {
    const auto lane = lanes_.find(delivery.lane);
    if (lane != lanes_.end() && lane->second.parking) continue;  // recorded() looks again
    // What it followed has left meanwhile. If that may have been to wait, only a new look can tell.
    if (lane == lanes_.end() && !delivery.first && parked_since_read_) continue;
    from_store_.insert(delivery.id);
    append(std::move(delivery));
  }
}

/// What was offered during a read that found the end of the store: it is all that can be missing.
void TargetQueue::add_fresh() {
  if (!direct_ && !fresh_.empty()) look_ = true;
  for (Delivery& delivery : fresh_) {
    if (direct_ && !from_store_.contains(delivery.id)) append(std::move(delivery));
  }
  fresh_.clear();
}

}  // namespace tandem::events
