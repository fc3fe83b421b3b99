#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Telephone numbers: what there is, what an account has, and how it gets and gives back.
namespace tandem::products::numbers {

void declare(api::Registry& registry, const Services& services);

class Inventory;

/// Parts of declare(), a file each. The inventory outlives the registry.
void declare_search(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates);
void declare_coverage(api::Registry& registry, const Inventory& inventory);
void declare_lookup(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates);
void declare_phone_numbers(api::Registry& registry);
void declare_csv_downloads(api::Registry& registry, const Services& services);
void declare_voicemail(api::Registry& registry);
void declare_comments(api::Registry& registry);
void declare_emergency(api::Registry& registry, const ledger::Rates& rates);
void declare_jobs(api::Registry& registry, const ledger::Rates& rates);
void declare_messaging_bulk(api::Registry& registry);
void declare_ownership(api::Registry& registry, const Inventory& inventory);
void declare_orders(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates);
void declare_blocks(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates);
void declare_block_jobs(api::Registry& registry);
void declare_bundles(api::Registry& registry, const Services& services);
void declare_advanced_orders(api::Registry& registry, const Inventory& inventory,
                             const ledger::Rates& rates);
void declare_order_requirements(api::Registry& registry);
void declare_order_reports(api::Registry& registry, const Services& services);
void declare_service_records(api::Registry& registry, const Inventory& inventory);
void declare_reservations(api::Registry& registry, const Inventory& inventory);

}  // namespace tandem::products::numbers
