#pragma once

#include "core/clock.h"
#include "core/random.h"

namespace tandem::events {

/// Wait after the first failed round; doubles with each further one.
inline constexpr Millis kFirstRetryDelay = std::chrono::seconds(10);
inline constexpr Millis kMaxRetryDelay = std::chrono::hours(1);
/// Each wait is up to this share longer or shorter, so that what failed together does not return
/// together.
inline constexpr int kRetryJitterPercent = 20;

/// How long to wait after `rounds` (at least 1) failed rounds. Twenty rounds span about 11 hours.
Millis retry_delay(int rounds, Random& random);

}  // namespace tandem::events
