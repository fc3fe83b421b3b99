#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Faxes: applications, sending and receiving.
namespace tandem::products::fax {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::fax
