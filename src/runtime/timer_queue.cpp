#include "runtime/timer_queue.h"

#include <algorithm>
#include <functional>

namespace tandem::runtime {

namespace {

/// Below this many entries the heap is not worth tidying.
constexpr size_t kTidyMinimum = 1024;

constexpr TimerId make_id(uint32_t generation, size_t slot) {
  return (static_cast<uint64_t>(generation) << 32) | static_cast<uint32_t>(slot);
}

}  // namespace

TimerQueue::Slot* TimerQueue::find(TimerId timer) {
  const size_t index = static_cast<uint32_t>(timer);
  if (index >= slots_.size()) return nullptr;
  Slot& slot = slots_[index];
  return slot.used && slot.generation == timer >> 32 ? &slot : nullptr;
}

UniqueFunction<void()> TimerQueue::release(TimerId timer) {
  Slot* slot = find(timer);
  if (slot == nullptr) return {};
  UniqueFunction<void()> work = std::move(slot->work);
  slot->used = false;
  ++slot->generation;
  free_.push_back(static_cast<uint32_t>(timer));
  --live_;
  return work;
}

TimerId TimerQueue::add(Time due, UniqueFunction<void()> work) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.work = std::move(work);
  slot.used = true;
  const TimerId id = make_id(slot.generation, index);
  heap_.push_back({due, next_order_++, id});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  ++live_;
  return id;
}

void TimerQueue::cancel(TimerId timer) {
  // The work is destroyed here, after the queue is consistent: its captures may cancel others.
  const UniqueFunction<void()> work = release(timer);
  if (heap_.size() > kTidyMinimum && heap_.size() > 2 * live_) drop_cancelled();
}

void TimerQueue::drop_cancelled() {
  std::erase_if(heap_, [this](const Entry& entry) { return find(entry.id) == nullptr; });
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
}

std::optional<TimerQueue::Time> TimerQueue::earliest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

void TimerQueue::run_due(Time now) {
  const uint64_t end = next_order_;
  while (!heap_.empty() && heap_.front().due <= now && heap_.front().order < end) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const TimerId id = heap_.back().id;
    heap_.pop_back();
    if (UniqueFunction<void()> work = release(id)) work();
  }
}

}  // namespace tandem::runtime
