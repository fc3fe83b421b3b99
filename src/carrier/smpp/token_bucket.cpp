#include "carrier/smpp/token_bucket.h"

#include <algorithm>

namespace tandem::carrier::smpp {

namespace {

constexpr double kBurstSeconds = 0.1;

}  // namespace

TokenBucket::TokenBucket(double per_second)
    : per_second_(per_second), burst_(std::max(1.0, per_second * kBurstSeconds)), tokens_(burst_) {}

void TokenBucket::refill(Time now) {
  if (filled_at_ == Time{}) filled_at_ = now;
  if (now <= filled_at_) return;
  const std::chrono::duration<double> passed = now - filled_at_;
  tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
  filled_at_ = now;
}

bool TokenBucket::take(Time now) {
  if (per_second_ <= 0) return true;
  refill(now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

TokenBucket::Time TokenBucket::next(Time now) {
  if (per_second_ <= 0) return now;
  refill(now);
  if (tokens_ >= 1) return now;
  const std::chrono::duration<double> wait((1 - tokens_) / per_second_);
  // Rounded up, so that the token is there when its time has come.
  return now + std::chrono::ceil<std::chrono::steady_clock::duration>(wait);
}

}  // namespace tandem::carrier::smpp
