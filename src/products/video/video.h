#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Rooms where people meet: rooms, sessions, participants, recordings.
namespace tandem::products::video {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_client_tokens(api::Registry& registry, const SecretBox& secrets);
void declare_sessions(api::Registry& registry);

}  // namespace tandem::products::video
