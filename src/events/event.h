#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/store.h"

namespace tandem::events {

/// Where an event goes, as its application or profile says at the moment it happens.
struct Target {
  std::string url;           // empty: nobody wants it, it is only logged
  std::string failover_url;
  enum class Shape { V2, V1, Raw } shape = Shape::V2;  // data+meta; API v1; payload alone (10DLC, TeXML JSON)
};

/// Something that happened to a subject; a row in the same transaction as the change behind it.
struct Event {
  std::string id;        // UUID
  std::string account;
  std::string type;      // "call.initiated"
  std::string subject;   // what its order is kept for: a call, a message, an order
  std::string payload;   // JSON text of data.payload
  WallTime occurred_at{};
  Target target;
};

/// Collections of this room, to be opened with the rest.
std::vector<store::Collection> collections();

/// Adds the event to the batch: its row in the event log and, when it has a target, the delivery
/// it owes. Tell the Dispatcher after the commit (dispatcher.h).
void record(store::Batch& batch, const Event& event);

}  // namespace tandem::events
