#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/json.h"
#include "events/attempt.h"
#include "events/outbox.h"

namespace tandem::events {

/// The document of GET /webhook_deliveries for a delivery after a round of attempts (the earliest
/// first; in the document the latest comes first), but for `webhook`, which stands in the event
/// log. `before` is the document as the last round left it, or empty. Beside the fields of the
/// contract it holds `event_type`, to be filtered by, and `_event` when the delivery has another
/// id.
std::string delivery_record(const Delivery& delivery, bool delivered,
                            std::span<const Attempt> attempts, std::string_view before,
                            WallTime now);

/// Its `webhook`: the event, or what is known of it when the log has it no more.
std::string webhook_of(const store::Snapshot& snapshot, const json::Value& record);

}  // namespace tandem::events
