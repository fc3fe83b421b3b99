#pragma once

#include "core/clock.h"

namespace tandem::events {

/// Failures in a row after which a URL is left alone for a while.
inline constexpr int kBreakerTripFailures = 10;
/// How long at first; doubles with each failed probe.
inline constexpr Millis kBreakerFirstPause = std::chrono::seconds(5);
inline constexpr Millis kBreakerMaxPause = std::chrono::minutes(5);

/// Circuit breaker of one URL. Closed it lets everything through; open nothing; when its pause is
/// over it lets one request probe, and what becomes of that decides.
class Breaker {
 public:
  /// Whether a request may go now. In the half-open state only until begin() was called.
  bool allows(WallTime now) const;
  /// A request goes; pair it with succeeded() or failed().
  void begin(WallTime now);
  void succeeded();
  void failed(WallTime now);

  /// Whether it lets through less than everything.
  bool open() const { return failures_ >= kBreakerTripFailures; }
  /// When the pause ends; only while open().
  WallTime open_until() const { return open_until_; }
  /// Whether it remembers nothing.
  bool at_rest() const { return failures_ == 0; }

 private:
  int failures_ = 0;
  bool probing_ = false;
  Millis pause_ = kBreakerFirstPause;
  WallTime open_until_{};
};

}  // namespace tandem::events
