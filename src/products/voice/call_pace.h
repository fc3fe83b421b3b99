#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/call.h"
#include "api/limits/rate_limit.h"

namespace tandem::products::voice {

/// How many calls a second may begin; 0: as many as come.
struct CallRates {
  int64_t account = 0;
  int64_t profile = 0;  // outbound voice profile
  int64_t connection = 0;
};

/// Counts calls against these rates. In memory, as the rate of requests is: a step that is decided
/// again counts again. Any thread.
class CallPace {
 public:
  explicit CallPace(CallRates rates) : rates_(rates) {}

  /// Counts a call that is about to be placed; 10011 when one of them has had its share.
  Result<void, api::ApiError> take(std::string_view account, std::string_view profile,
                                   std::string_view connection);

 private:
  bool take(char kind, std::string_view id, int64_t rate);

  const CallRates rates_;
  std::mutex mutex_;
  std::unordered_map<std::string, api::limits::TokenBucket> buckets_;
};

}  // namespace tandem::products::voice
