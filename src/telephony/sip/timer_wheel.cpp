#include "telephony/sip/timer_wheel.h"

#include <algorithm>

#include "core/assert.h"

namespace tandem::sip {

void Timer::start(std::chrono::milliseconds delay) { wheel_.start(*this, delay); }

void Timer::stop() {
  if (!running()) return;
  wheel_.unlink(*this);
  --wheel_.running_;
}

TimerWheel::TimerWheel(const TimeSource& time) : time_(time), start_(time.now()) {}

void TimerWheel::start(Timer& timer, std::chrono::milliseconds delay) {
  timer.stop();
  const auto wait = std::clamp<std::chrono::steady_clock::duration>(
      delay, std::chrono::steady_clock::duration::zero(), kLongest);
  const auto due = time_.now() - start_ + wait + kTick - std::chrono::steady_clock::duration(1);
  timer.due_tick_ = std::max(static_cast<uint64_t>(due / kTick), tick_ + 1);
  insert(timer);
  ++running_;
  if (timer.due_tick_ < wake_tick_ || running_ == 1) {
    wake_tick_ = timer.due_tick_;
    if (on_wake) on_wake();
  }
}

void TimerWheel::insert(Timer& timer) {
  const uint64_t distance = timer.due_tick_ - tick_;
  size_t level = 0;
  while (level + 1 < kLevels && distance >> (kSlotBits * (level + 1)) != 0) ++level;
  Timer*& head = slots_[level][(timer.due_tick_ >> (kSlotBits * level)) % kSlots];
  timer.next_ = head;
  timer.link_ = &head;
  if (head != nullptr) head->link_ = &timer.next_;
  head = &timer;
}

void TimerWheel::unlink(Timer& timer) {
  *timer.link_ = timer.next_;
  if (timer.next_ != nullptr) timer.next_->link_ = timer.link_;
  timer.link_ = nullptr;
  timer.next_ = nullptr;
}

void TimerWheel::advance() {
  const uint64_t target = static_cast<uint64_t>((time_.now() - start_) / kTick);
  while (tick_ < target) {
    if (running_ == 0) {
      tick_ = target;
      return;
    }
    step();
  }
}

void TimerWheel::step() {
  ++tick_;
  for (size_t level = 1; level < kLevels; ++level) {
    if (tick_ % (uint64_t{1} << (kSlotBits * level)) != 0) break;
    cascade(level);
  }
  Timer*& head = slots_[0][tick_ % kSlots];
  while (head != nullptr) {
    Timer& timer = *head;
    TANDEM_ASSERT(timer.due_tick_ == tick_);
    unlink(timer);
    --running_;
    timer.target_.call(timer.target_.owner);
  }
}

void TimerWheel::cascade(size_t level) {
  Timer* timer = slots_[level][(tick_ >> (kSlotBits * level)) % kSlots];
  slots_[level][(tick_ >> (kSlotBits * level)) % kSlots] = nullptr;
  while (timer != nullptr) {
    Timer* const next = timer->next_;
    insert(*timer);
    timer = next;
  }
}

TimePoint TimerWheel::next_wake() {
  uint64_t tick = tick_ + 1;
  while (tick % kSlots != 0 && slots_[0][tick % kSlots] == nullptr) ++tick;
  wake_tick_ = tick;
  return start_ + tick * kTick;
}

}  // namespace tandem::sip
