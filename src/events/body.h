#pragma once

#include <string>
#include <string_view>

#include "events/event.h"

namespace tandem::events {

/// The event as `{"event_type","id","occurred_at","payload","record_type"}`: the core of both
/// webhook forms and of a delivery's record.
std::string event_json(const Event& event);

/// What is sent to a target, in its shape (guide: receiving webhooks). `attempt` counts requests
/// from 1, `url` is where this one goes.
std::string webhook_body(const Event& event, int attempt, std::string_view url);

/// The same as the query of a GET request; what is no object has the name "payload".
std::string webhook_query(std::string_view body);

}  // namespace tandem::events
