#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// SIM cards: groups of them, what is done to them, the networks they may use. Operators and the
/// cards themselves are simulated: states move by the clock.
namespace tandem::products::wireless {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_groups(api::Registry& registry);
void declare_group_actions(api::Registry& registry);
void declare_gateways(api::Registry& registry);
void declare_blocklists(api::Registry& registry);
void declare_sim_cards(api::Registry& registry);
void declare_registration(api::Registry& registry, const ledger::Rates& rates);
void declare_sim_card_actions(api::Registry& registry);
void declare_sim_card_views(api::Registry& registry);
void declare_orders(api::Registry& registry);
void declare_reports(api::Registry& registry, const Services& services);

}  // namespace tandem::products::wireless
