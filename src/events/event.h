#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "store/store.h"

namespace tandem::events {

/// Where an event goes, as its application or profile says at the moment it happens.
struct Target {
  std::string url;           // empty: nobody wants it, it is only logged
  std::string failover_url;  // tried at once when `url` fails; may be empty
  /// V2: data and meta. V1: the older form of the voice API. Raw: the payload alone.
  enum class Shape : uint8_t { V2, V1, Raw } shape = Shape::V2;
  /// Get: the members of what would be the body stand in the query, objects as JSON.
  enum class Method : uint8_t { Post, Get } method = Method::Post;
};

/// Something that happened to a subject; a row in the same transaction as the change behind it.
struct Event {
  std::string id;  // UUID
  std::string account;
  std::string type;     // "call.initiated"
  std::string subject;  // what its order is kept for: a call, a message, an order
  std::string payload;  // JSON text of data.payload
  WallTime occurred_at{};
  Target target;
};

/// Names of this room's collections.
inline constexpr std::string_view kEventLog = "events";
/// What is still owed. One row names the deliveries of events that happened at once to one target,
/// and is gone once all of them were tried; one that has to be tried again has a row of its own.
inline constexpr std::string_view kOutbox = "webhook_outbox";
/// What was tried and what came of it, in the form of GET /webhook_deliveries. A delivery appears
/// with its first attempt; until one succeeds its status is "failed".
inline constexpr std::string_view kDeliveries = "webhook_deliveries";

/// Collections of this room, to be opened with the rest.
std::vector<store::Collection> collections();

/// Adds events that happen at once to the batch: their rows in the event log and the deliveries
/// that those with a target owe, which have their events' ids. Tell the Dispatcher of the same
/// events after the commit (dispatcher.h).
void record(store::Batch& batch, std::span<const Event> events);
inline void record(store::Batch& batch, const Event& event) { record(batch, {&event, 1}); }

/// Adds one more delivery of a recorded event under an id of its own, to `event.target`. It waits
/// for no other delivery of its subject. Tell the Dispatcher after the commit (owed()).
void record_again(store::Batch& batch, const Event& event, std::string_view delivery_id,
                  WallTime now);

/// The event as the log keeps it; nothing when there is none of that id.
std::optional<Event> find_event(const store::Snapshot& snapshot, std::string_view id);

/// Whether a row of the log is of an event whose delivery is still owed.
bool is_owed(const store::Snapshot& snapshot, const store::Row& row);

}  // namespace tandem::events
