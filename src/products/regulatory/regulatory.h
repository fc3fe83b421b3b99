#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// What the law of a country asks of who uses its numbers: documents, requirements, and groups of
/// answers to them that are approved once and used for many orders.
namespace tandem::products::regulatory {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_documents(api::Registry& registry, const Services& services);
void declare_requirements(api::Registry& registry, const Services& services);
void declare_requirement_groups(api::Registry& registry);

}  // namespace tandem::products::regulatory
