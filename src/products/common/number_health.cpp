#include "products/common/number_health.h"

namespace tandem::products {
namespace {

/// Messages before anything is said about a number.
constexpr int64_t kFewMessages = 20;
constexpr double kLeastSuccess = 0.25;
constexpr double kMostSpam = 0.75;

std::string key_of(std::string_view number, std::string_view what) {
  return "messaging/health/" + std::string(number) + '/' + std::string(what);
}

std::string_view name_of(Ending ending) {
  switch (ending) {
    case Ending::Delivered:
      return "delivered";
    case Ending::Failed:
      return "failed";
    case Ending::Spam:
      return "spam";
  }
  return {};
}

void count(store::Batch& batch, std::string_view number, std::string_view what) {
  batch.adjusts.push_back({.key = key_of(number, what), .delta = 1});
}

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void count_ending(store::Batch& batch, std::string_view number, Ending ending) {
  count(batch, number, name_of(ending));
}

void count_inbound(store::Batch& batch, std::string_view number) {
  count(batch, number, "received");
}

double Health::success_ratio() const { return ratio(delivered, sent()); }
double Health::spam_ratio() const { return ratio(spam, sent()); }
double Health::reply_ratio() const { return ratio(received, sent()); }

Health health_of(const store::Snapshot& snapshot, std::string_view number) {
  const auto ended = [&](Ending ending) {
    return snapshot.counter(key_of(number, name_of(ending)));
  };
  return {.delivered = ended(Ending::Delivered),
          .failed = ended(Ending::Failed),
          .spam = ended(Ending::Spam),
          .received = snapshot.counter(key_of(number, "received"))};
}

bool is_healthy(const store::Snapshot& snapshot, std::string_view number) {
  return is_healthy(health_of(snapshot, number));
}

bool is_healthy(const Health& health) {
  if (health.sent() < kFewMessages) return true;
  return health.success_ratio() >= kLeastSuccess && health.spam_ratio() <= kMostSpam;
}

}  // namespace tandem::products
