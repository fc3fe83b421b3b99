#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/clock.h"
#include "events/breaker.h"
#include "events/outbox.h"
#include "events/target_queue.h"

namespace tandem::events {

/// What a courier knows of one target.
struct TargetState {
  TargetState(std::string name, bool direct) : key(std::move(name)), queue(direct) {}

  std::string key;
  TargetQueue queue;
  Breaker primary;
  Breaker failover;
  size_t in_flight = 0;
  size_t counted = 0;  // of queue.size(), in the gauge
  bool runnable = false;
  std::optional<WallTime> wake_at;

  /// Which URL may be asked now: false for the primary, true for the failover.
  std::optional<bool> open_url(const Delivery& next, WallTime now) const {
    if (primary.allows(now)) return false;
    if (!next.event.target.failover_url.empty() && failover.allows(now)) return true;
    return std::nullopt;
  }
  Breaker& breaker(bool on_failover) { return on_failover ? failover : primary; }
  /// Whether a breaker still keeps a URL from being asked.
  bool resting(WallTime now) const {
    const auto rests = [now](const Breaker& b) { return b.open() && now < b.open_until(); };
    return rests(primary) || rests(failover);
  }
};

}  // namespace tandem::events
