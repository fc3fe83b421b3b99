#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// 10DLC: businesses (brands) and what they send (campaigns), registered before long codes of the
/// United States may send messages for them. The registry and the operators are simulated: states
/// move by the clock.
namespace tandem::products::tendlc {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_enums(api::Registry& registry);
void declare_brands(api::Registry& registry, const ledger::Rates& rates);
void declare_vetting(api::Registry& registry, const ledger::Rates& rates);
void declare_campaigns(api::Registry& registry, const ledger::Rates& rates);
void declare_campaign_views(api::Registry& registry);
void declare_campaign_review(api::Registry& registry);
void declare_partner_campaigns(api::Registry& registry);
void declare_number_campaigns(api::Registry& registry);
void declare_number_assignments(api::Registry& registry);

}  // namespace tandem::products::tendlc
