#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Rooms where people meet: rooms, sessions, participants, recordings.
namespace tandem::products::video {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::video
