#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

namespace tandem::products::numbers {

void declare(api::Registry& registry, const Services& services) {
  declare_search(registry, services.inventory, services.rates);
  declare_coverage(registry, services.inventory);
  declare_lookup(registry, services.inventory, services.rates);
  declare_phone_numbers(registry);
  declare_csv_downloads(registry, services);
  declare_voicemail(registry);
  declare_comments(registry);
  declare_emergency(registry, services.rates);
  declare_jobs(registry, services.rates);
  declare_messaging_bulk(registry);
  declare_ownership(registry, services.inventory);
  declare_orders(registry, services.inventory, services.rates);
  declare_order_requirements(registry);
  declare_blocks(registry, services.inventory, services.rates);
  declare_block_jobs(registry);
  declare_bundles(registry, services);
  declare_advanced_orders(registry, services.inventory, services.rates);
  declare_order_reports(registry, services);
  declare_service_records(registry, services.inventory);
  declare_reservations(registry, services.inventory);
}

}  // namespace tandem::products::numbers
