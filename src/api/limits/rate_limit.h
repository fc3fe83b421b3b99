#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tandem::api::limits {

/// How much is allowed in how long.
struct RateLimit {
  int64_t requests = 1'000;
  std::chrono::milliseconds window{1'000};
};

/// What a request found at the limiter, as the x-ratelimit-* headers tell it.
struct RateVerdict {
  bool allowed = true;
  int64_t limit = 0;
  int64_t remaining = 0;
  int64_t reset_seconds = 0;  // until the whole limit is there again, rounded up
};

/// A token bucket that fills evenly and holds `requests` tokens. One atomic number holds its state
/// (the generic cell rate algorithm, ITU-T I.371), so all shards share it without a lock.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes one token if there is one.
  RateVerdict take(const RateLimit& limit, Clock::time_point now);

 private:
  std::atomic<int64_t> full_at_ns_{0};  // when the bucket will be full again
};

}  // namespace tandem::api::limits
