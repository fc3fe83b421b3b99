#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
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
  Event event;             // its target is where this delivery goes
  std::string lane;        // deliveries of one lane go one after the other
  std::string bundle;      // row that names it beside others; empty when it has one of its own
  size_t bundle_size = 0;  // when it never was read from the store
  int rounds = 0;          // how often primary and failover were tried before
  int attempts = 0;        // requests made before
  WallTime due{};          // not to be sent earlier
  WallTime owed_since{};
  int64_t sequence = 0;  // order in the store; 0 when it never was read from there
  bool first = true;     // nothing older of its lane was in the store when it was read
};

/// Events of one target that happened at once, so that one row says what they all owe.
struct Bundle {
  /// Events that one takes.
  static constexpr size_t kMostEvents = 64;
  std::string id;  // of the row; empty for a single event, whose row is its own
  std::vector<size_t> members;
};
/// How these events, all that have a target, are bundled: the same for the same events.
std::vector<Bundle> bundles_of(std::span<const Event> events);
store::Put bundle_row(const Bundle& bundle, std::span<const Event> events);

/// The delivery a recorded event owes.
Delivery owed_by(Event event);
/// The lane of an event's target for what is ordered under `subject`.
std::string lane_of(const Event& event, std::string_view subject);
/// The target's key, which every lane begins with.
std::string_view target_of(std::string_view lane);
/// The outbox row of a delivery.
store::Put outbox_row(const Delivery& delivery);

/// A delivery that has to wait behind an older one of its lane.
struct Parked {
  store::Put row;      // where it waits from now on
  std::string bundle;  // that named it, or empty
};

/// What a target owes at a moment.
struct Backlog {
  std::vector<Delivery> ready;  // due, in order; what was asked for, and the rest of a bundle
  std::vector<Parked> parked;
  std::vector<std::string> orphans;  // rows that owe nothing any more
  std::map<std::string, size_t>
      bundles;                       // that deliveries came from, and how many of each are open
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
