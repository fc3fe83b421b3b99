#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Texts and pictures: profiles that send them, numbers that carry them, words that stop them. What
/// sends them is declared apart (send_handlers.h), because it needs the pipeline's queue.
namespace tandem::products::messaging {

void declare(api::Registry& registry, const Services& services);

// One a file of collections and operations.
void declare_profiles(api::Registry& registry);
void declare_autoresponses(api::Registry& registry);
void declare_optouts(api::Registry& registry);
void declare_short_codes(api::Registry& registry);

}  // namespace tandem::products::messaging
