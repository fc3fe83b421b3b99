#pragma once

#include "api/registry.h"
#include "products/common/services.h"

namespace tandem::app {

/// Lets every product declare itself.
void declare_products(api::Registry& registry, const products::Services& services);

}  // namespace tandem::app
