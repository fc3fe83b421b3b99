#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/clock.h"
#include "core/metrics.h"
#include "events/event.h"
#include "http/client.h"
#include "store/store.h"

namespace tandem::runtime {
class Shards;
}

namespace tandem::events {

class Feed;
class SigningKey;

/// Sends what the outbox holds: at least once, in order per subject as long as its target
/// answers, primary then failover URL, exponential backoff with jitter on the Clock, a breaker and
/// a concurrency limit per target. Each attempt is kept for /webhook_deliveries.
class Dispatcher {
 public:
  struct Options {
    std::chrono::milliseconds timeout{2'000};  // for one attempt (guide: webhooks)
    size_t max_in_flight_per_target = 32;
    size_t max_in_flight = 2'000;
    size_t max_in_memory = 20'000;  // deliveries; the rest waits in the store
    int max_rounds = 20;            // tries of the URL pair, over about 11 hours
    http::AddressPolicy allow = http::is_public_address;
    Feed* feed = nullptr;  // told of every committed event
  };
  Dispatcher(runtime::Shards& shards, store::Database& database, const Clock& clock,
             const SigningKey& key, Metrics& metrics, Options options);
  /// Stops.
  ~Dispatcher();

  /// Takes up what an earlier process left; then runs.
  Result<void> start();
  /// Ends all sending and waits until what was sent is recorded. While the shards still run, and
  /// not on one of them.
  void stop();
  /// The events of a batch that was committed just now. Any thread.
  void committed(std::vector<Event> events);
  /// A delivery of this event was put into the store by record_again(). Any thread.
  void owed(const Event& event);
  /// The clock moved: look for what is due. Any thread.
  void wake();
  /// Forgets everything in flight or scheduled, after the store was cleared.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::events
