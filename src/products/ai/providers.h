#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

/// What assistants of other providers are in our words. Pure: requests are made in imports.cpp.
namespace tandem::products::ai {

/// An agent as ElevenLabs gives it at GET /v1/convai/agents/{agent_id}; nothing when that has no
/// name.
std::optional<json::Value> read_elevenlabs_agent(json::View agent);

/// An assistant as Vapi gives it at GET /assistant.
std::optional<json::Value> read_vapi_assistant(json::View assistant);

}  // namespace tandem::products::ai
