#include "products/voice/call_pace.h"

#include <chrono>

namespace tandem::products::voice {
namespace {

/// Buckets that are remembered; the table starts anew when it is full.
constexpr size_t kMaxBuckets = 100'000;

api::ApiError too_fast(std::string what) {
  return {"10011", what + " starts more calls a second than it may."};
}

}  // namespace

Result<void, api::ApiError> CallPace::take(std::string_view account, std::string_view profile,
                                           std::string_view connection) {
  if (!take('a', account, rates_.account)) return tl::unexpected(too_fast("Your account"));
  if (!take('p', profile, rates_.profile)) {
    return tl::unexpected(too_fast("The outbound voice profile"));
  }
  if (!take('c', connection, rates_.connection)) return tl::unexpected(too_fast("The connection"));
  return {};
}

bool CallPace::take(char kind, std::string_view id, int64_t rate) {
  if (rate <= 0 || id.empty()) return true;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMaxBuckets) buckets_.clear();
  api::limits::TokenBucket& bucket = buckets_[kind + std::string(id)];
  return bucket.take({rate, std::chrono::seconds(1)}, std::chrono::steady_clock::now()).allowed;
}

}  // namespace tandem::products::voice
