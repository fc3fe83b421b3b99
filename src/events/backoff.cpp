#include "events/backoff.h"

#include <algorithm>

#include "core/assert.h"

namespace tandem::events {

Millis retry_delay(int rounds, Random& random) {
  TANDEM_ASSERT(rounds >= 1);
  constexpr int kMaxDoublings = 16;
  const int doublings = std::min(rounds - 1, kMaxDoublings);
  const Millis plain = std::min(kFirstRetryDelay * (int64_t{1} << doublings), kMaxRetryDelay);
  const int64_t spread = plain.count() * kRetryJitterPercent / 100;
  const auto shift = static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * spread + 1)));
  return plain + Millis(shift - spread);
}

}  // namespace tandem::events
