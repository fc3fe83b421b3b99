#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Calls that follow documents: TeXML applications and the REST commands beside them.
namespace tandem::products::texml {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::texml
