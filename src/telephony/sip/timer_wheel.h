#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>

namespace tandem::sip {

class TimerWheel;

using TimePoint = std::chrono::steady_clock::time_point;

/// Monotonic time; tests hand in one they move by hand.
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  virtual TimePoint now() const = 0;
};

class SteadyTime final : public TimeSource {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

/// A member function to call later, without an allocation: bind<&Leg::on_timeout>(leg).
struct TimerTarget {
  void (*call)(void* owner);
  void* owner;
};

template <auto Method, class Owner>
TimerTarget bind(Owner& owner) {
  return {[](void* self) { (static_cast<Owner*>(self)->*Method)(); }, &owner};
}

/// One timer, a member of whom it wakes. Stops by itself when destroyed.
class Timer {
 public:
  Timer(TimerWheel& wheel, TimerTarget target) : wheel_(wheel), target_(target) {}
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Runs once after `delay`, never earlier; a running timer is started anew.
  void start(std::chrono::milliseconds delay);
  void stop();
  bool running() const { return link_ != nullptr; }

 private:
  friend class TimerWheel;
  TimerWheel& wheel_;
  TimerTarget target_;
  Timer* next_ = nullptr;
  Timer** link_ = nullptr;  // what points to this timer
  uint64_t due_tick_ = 0;
};

/// A hierarchical timer wheel with ticks of 10 ms: starting and stopping cost the same however
/// many timers run (64,000 linger at 1,000 calls a second).
class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{10};
  /// Longer delays are cut to this.
  static constexpr std::chrono::hours kLongest{24 * 7};

  explicit TimerWheel(const TimeSource& time);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Runs everything that is due.
  void advance();
  TimePoint now() const { return time_.now(); }
  const TimeSource& time() const { return time_; }
  size_t running() const { return running_; }

  /// When advance() should next be called; only meaningful while timers run. Asking arms on_wake.
  TimePoint next_wake();
  /// Called when a timer was started that is due before the last next_wake() given out.
  std::function<void()> on_wake;

 private:
  friend class Timer;
  static constexpr size_t kLevels = 4;
  static constexpr size_t kSlotBits = 8;
  static constexpr size_t kSlots = 1 << kSlotBits;

  void start(Timer& timer, std::chrono::milliseconds delay);
  void insert(Timer& timer);
  void unlink(Timer& timer);
  void step();
  void cascade(size_t level);

  const TimeSource& time_;
  TimePoint start_;
  uint64_t tick_ = 0;
  uint64_t wake_tick_ = 0;
  size_t running_ = 0;
  std::array<std::array<Timer*, kSlots>, kLevels> slots_{};
};

}  // namespace tandem::sip
