#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Object storage: buckets and objects (object_store.h), and where buckets of other providers are
/// copied from.
namespace tandem::products::storage {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_migrations(api::Registry& registry);

/// Refuses to delete a source while something is still copied from it (10021).
Result<void, api::ApiError> check_source_unused(api::Draft& draft);

}  // namespace tandem::products::storage
