#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace tandem {

using Millis = std::chrono::milliseconds;
/// A moment of civil time, UTC, to the millisecond: the precision of the API.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Millis>;

/// Civil time as everything sees it that waits for minutes or days. SIP timers and media use the
/// monotonic clock of their shard instead.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  WallTime now() const override;
};

/// The machine's clock plus an offset that can be advanced: the sandbox's and the tests' clock.
class VirtualClock final : public Clock {
 public:
  /// Runs with the machine's clock from `start` on; stands still at `start` when `frozen`.
  explicit VirtualClock(WallTime start, bool frozen = false);
  /// Runs with the machine's clock.
  VirtualClock();

  WallTime now() const override;
  /// Moves forward by `by` (at least 0) and tells everyone who waits.
  void advance(Millis by);
  /// Called after each advance, on the thread that advanced.
  void on_advance(std::function<void()> listener);

 private:
  std::atomic<int64_t> offset_ms_{0};
  bool frozen_ = false;
  int64_t frozen_ms_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> listeners_;
};

/// `YYYY-MM-DDThh:mm:ss.fffZ`: the one form in which date-times leave (guide: parameters).
std::string to_iso8601(WallTime time);
/// Reads the accepted forms: with or without seconds and fraction (1 to 9 digits, cut to millis),
/// `Z`, `-00`, `-0000`, `-00:00`, numeric offsets, and a plain date (midnight UTC).
Result<WallTime> parse_iso8601(std::string_view text);
/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
std::string to_http_date(WallTime time);

}  // namespace tandem
