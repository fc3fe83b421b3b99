#pragma once

#include <string_view>

#include "api/call.h"
#include "api/registry.h"
#include "events/event.h"
#include "products/voice/call_state.h"

/// What /call_events lists: every command that was given and every webhook that was made.
namespace tandem::products::voice {

inline constexpr std::string_view kCallEvents = "call_events";

/// Adds a line for a command; `body` is the JSON object that came with it.
void log_command(const CallState& call, std::string_view name, std::string_view body,
                 api::Moment moment, api::Effects& effects);
/// Adds a line for a webhook. It has the event's id; what the event says stands in the event log.
void log_webhook(const CallState& call, const events::Event& event, api::Effects& effects);

void declare_call_log(api::Registry& registry);

}  // namespace tandem::products::voice
