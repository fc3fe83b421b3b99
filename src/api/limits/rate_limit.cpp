#include "api/limits/rate_limit.h"

#include <algorithm>

namespace tandem::api::limits {
namespace {
constexpr int64_t kSecond = 1'000'000'000;
}

RateVerdict TokenBucket::take(const RateLimit& limit, Clock::time_point now) {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  const int64_t requests = std::max<int64_t>(limit.requests, 1);
  const int64_t window = std::max<int64_t>(duration_cast<nanoseconds>(limit.window).count(), 1);
  const int64_t token = std::max<int64_t>(window / requests, 1);
  const int64_t now_ns = duration_cast<nanoseconds>(now.time_since_epoch()).count();
  int64_t full_at = full_at_ns_.load(std::memory_order_relaxed);
  for (;;) {
    const int64_t from = std::max(full_at, now_ns);
    const int64_t next = from + token;
    const bool allowed = next - now_ns <= window;
    const int64_t debt = (allowed ? next : from) - now_ns;
    const int64_t left = std::max<int64_t>((window - debt) / token, 0);
    const RateVerdict verdict{allowed, requests, left, (debt + kSecond - 1) / kSecond};
    if (!allowed) return verdict;
    if (full_at_ns_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) {
      return verdict;
    }
  }
}

}  // namespace tandem::api::limits
