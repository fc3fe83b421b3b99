#pragma once

#include <chrono>

namespace tandem::carrier::smpp {

/// Lets through so many messages a second on average, with short bursts.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `per_second` 0: no limit. The burst is what a tenth of a second brings, at least one.
  explicit TokenBucket(double per_second = 0);

  /// Whether one may pass now; it counts when it may.
  bool take(Time now);
  /// When the next one may pass: `now` or later.
  Time next(Time now);

 private:
  void refill(Time now);

  double per_second_;
  double burst_;
  double tokens_;
  Time filled_at_{};
};

}  // namespace tandem::carrier::smpp
