#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "events/event.h"

/// The rows of the outbox: how they are named, written and read back in order. Pure functions over
/// a Snapshot.
namespace tandem::events {

/// A delivery that is owed.
struct Delivery {
  std::string id;
  Event event;       // its target is where this delivery goes
  std::string lane;  // deliveries of one lane go one after the other
  int rounds = 0;    // how often primary and failover were tried before
  int attempts = 0;  // requests made before
  WallTime due{};    // not to be sent earlier
  WallTime owed_since{};
  int64_t sequence = 0;  // order in the store; 0 when it never was read from there
  bool first = true;     // nothing older of its lane was in the store when it was read
};

/// The delivery a recorded event owes.
Delivery owed_by(const Event& event);
/// The lane of an event's target for what is ordered under `subject`.
std::string lane_of(const Event& event, std::string_view subject);
/// The target's key, which every lane begins with.
std::string_view target_of(std::string_view lane);
/// The outbox row of a delivery.
store::Put outbox_row(const Delivery& delivery);

/// What a target owes at a moment.
struct Backlog {
  std::vector<Delivery> ready;       // due, in order; at most what was asked for
  std::vector<store::Put> parked;    // rows to move behind the older one of their lane that waits
  std::vector<std::string> orphans;  // rows whose event is gone
  std::optional<WallTime> next_due;  // of the earliest that is not due yet
  bool more = false;                 // whether more are due than were read
};

/// Reads up to `limit` due deliveries of a target, without those in `known`. A delivery is ready
/// when no older one of its lane waits for a later time.
Backlog read_backlog(const store::Snapshot& snapshot, std::string_view target, WallTime now,
                     const std::unordered_set<std::string>& known, size_t limit);

/// The first target after `previous` that is owed anything; nothing at the end.
std::optional<std::string> next_target(const store::Snapshot& snapshot, std::string_view previous);

}  // namespace tandem::events
