#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Calls under the control of an application: applications, commands, conferences, recordings.
namespace tandem::products::voice {

/// Without a switchboard among the services (tests of other products) only the collections are
/// there, no calls.
void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::voice
