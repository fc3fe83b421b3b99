#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "carrier/smpp/backoff.h"
#include "carrier/smpp/bodies.h"

namespace tandem::carrier::smpp {

/// Deliveries to one peer: those that wait for a session with room, those that wait for another
/// try, and those in flight. Knows no sockets.
class DeliveryQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    size_t max_waiting = 10'000;
    unsigned max_attempts = 8;
    std::chrono::milliseconds lifetime{600'000};
    Backoff pauses{std::chrono::milliseconds(500), std::chrono::milliseconds(30'000)};
  };

  struct Delivery {
    uint64_t id = 0;         // of the queue
    uint64_t reference = 0;  // of the caller
    unsigned attempts = 0;
    Time deadline{};
    Message message;
  };

  explicit DeliveryQueue(Limits limits) : limits_(limits) {}

  /// False when too many wait.
  bool add(uint64_t id, uint64_t reference, Message&& message, Time now);
  /// Whether launch() has something to give at `now`.
  bool ready(Time now);
  /// The next one to send; it is in flight from then on. Only when ready().
  const Delivery& launch();
  /// The delivery is through, for good or bad; its reference. None when it is not in flight.
  std::optional<uint64_t> finish(uint64_t id);
  /// The delivery failed: it waits for another try. The reference when it had enough of them.
  std::optional<uint64_t> retry(uint64_t id, Time now, Random& random);
  /// References of deliveries whose time in the queue is over.
  std::vector<uint64_t> expire(Time now);
  /// References of everything, which is dropped.
  std::vector<uint64_t> clear();
  /// When the next try is due.
  std::optional<Time> next_try() const;

  size_t size() const { return ready_.size() + delayed_.size() + in_flight_.size(); }

 private:
  Limits limits_;
  std::deque<Delivery> ready_;
  std::multimap<Time, Delivery> delayed_;
  std::unordered_map<uint64_t, Delivery> in_flight_;
};

}  // namespace tandem::carrier::smpp
