#pragma once

#include <string_view>

#include "api/registry.h"
#include "products/common/secret_box.h"

/// Where the audio of calls may be sent besides phones: SIPREC recording servers under names, and
/// Dialogflow agents of connections.
namespace tandem::products::voice {

inline constexpr std::string_view kSiprecConnectors = "siprec_connectors";

void declare_connectors(api::Registry& registry, const SecretBox& secrets);

}  // namespace tandem::products::voice
