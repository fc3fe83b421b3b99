#include "telephony/sip/wheel_driver.h"

#include <algorithm>

namespace tandem::sip {

WheelDriver::WheelDriver(runtime::Shard& shard, TimerWheel& wheel) : shard_(shard), wheel_(wheel) {
  wheel_.on_wake = [this] { schedule(); };
  if (wheel_.running() > 0) schedule();
}

WheelDriver::~WheelDriver() {
  wheel_.on_wake = nullptr;
  if (scheduled_) shard_.cancel(timer_);
}

void WheelDriver::schedule() {
  if (ticking_) return;
  if (scheduled_) shard_.cancel(timer_);
  scheduled_ = true;
  const auto wait = wheel_.next_wake() - wheel_.now();
  timer_ =
      shard_.after(std::max(wait, std::chrono::steady_clock::duration::zero()), [this] { tick(); });
}

void WheelDriver::tick() {
  scheduled_ = false;
  ticking_ = true;
  wheel_.advance();
  ticking_ = false;
  if (wheel_.running() > 0) schedule();
}

}  // namespace tandem::sip
