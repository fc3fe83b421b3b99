#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Proof that a person has a phone: profiles, templates, codes.
namespace tandem::products::verify {

void declare(api::Registry& registry, const Services& services);

}  // namespace tandem::products::verify
