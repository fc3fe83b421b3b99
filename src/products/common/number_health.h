#pragma once

#include <string>
#include <string_view>

#include "core/json.h"
#include "store/store.h"

/// How well a number's messages arrive, counted as they end.
namespace tandem::products {

enum class Ending : uint8_t { Delivered, Failed, Spam };

/// Counts a message of `number` that ended, and one that came in.
void count_ending(store::Batch& batch, std::string_view number, Ending ending);
void count_inbound(store::Batch& batch, std::string_view number);

struct Health {
  int64_t delivered = 0;
  int64_t failed = 0;  // but not for spam
  int64_t spam = 0;
  int64_t received = 0;
  int64_t sent() const { return delivered + failed + spam; }
  double success_ratio() const;
  double spam_ratio() const;
  /// Messages that came in for each one that was sent.
  double reply_ratio() const;
};
Health health_of(const store::Snapshot& snapshot, std::string_view number);

/// Whether it may send for a pool that skips unhealthy numbers: at least a quarter of its messages
/// arrive and at most three quarters are taken for spam. Young numbers are healthy.
bool is_healthy(const store::Snapshot& snapshot, std::string_view number);
bool is_healthy(const Health& health);

}  // namespace tandem::products
