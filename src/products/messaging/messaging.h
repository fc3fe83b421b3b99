#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Texts and pictures: profiles that send them, numbers that carry them, words that stop them.
namespace tandem::products::messaging {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::messaging
