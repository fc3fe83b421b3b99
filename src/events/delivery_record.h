#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/attempt.h"
#include "events/outbox.h"

namespace tandem::events {

/// The document of GET /webhook_deliveries for a delivery after a round of attempts (the earliest
/// first; in the document the latest comes first). `before` is the document as the last round left
/// it, or empty. Beside the fields of the contract it holds `event_type`, to be filtered by.
std::string delivery_record(const Delivery& delivery, bool delivered,
                            std::span<const Attempt> attempts, std::string_view before,
                            WallTime now);

}  // namespace tandem::events
