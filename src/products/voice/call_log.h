#pragma once

#include <string_view>

#include "api/call.h"
#include "api/registry.h"
#include "products/voice/call_state.h"

/// What /call_events lists: every command that was given and every webhook that was made.
namespace tandem::products::voice {

inline constexpr std::string_view kCallEvents = "call_events";

/// Adds a line; `type` is "command" or "webhook", `name` the event's type or the command's,
/// `metadata` a JSON object.
void log_call_event(const CallState& call, std::string_view type, std::string_view name,
                    std::string_view metadata, api::Moment moment, api::Effects& effects);

void declare_call_log(api::Registry& registry);

}  // namespace tandem::products::voice
