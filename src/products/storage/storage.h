#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Object storage: where buckets of other providers are copied from.
namespace tandem::products::storage {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::storage
