#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Where people are: addresses of accounts and their numbers, and the locations of devices that
/// move, so that a call for help is sent to the right place.
namespace tandem::products::emergency {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_addresses(api::Registry& registry);
void declare_dynamic(api::Registry& registry);

}  // namespace tandem::products::emergency
