#pragma once

#include "runtime/shards.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::sip {

/// Turns a timer wheel with the timers of its shard; a wheel without timers costs nothing.
class WheelDriver {
 public:
  WheelDriver(runtime::Shard& shard, TimerWheel& wheel);
  ~WheelDriver();
  WheelDriver(const WheelDriver&) = delete;
  WheelDriver& operator=(const WheelDriver&) = delete;

 private:
  void schedule();
  void tick();

  runtime::Shard& shard_;
  TimerWheel& wheel_;
  runtime::TimerId timer_ = 0;
  bool scheduled_ = false;
  bool ticking_ = false;
};

}  // namespace tandem::sip
