#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Assistants, inference and what they need: conversations, embeddings, secrets.
namespace tandem::products::ai {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::ai
