#include "products/common/seeds.h"
#include "products/porting/porting.h"

namespace tandem::products::porting {

void declare(api::Registry& registry, const Services& services) {
  declare_orders(registry, services.inventory);
  declare_order_actions(registry);
  declare_order_workflow(registry, services.inventory);
  declare_activation(registry, services);
  declare_requirements(registry);
  declare_identity_checks(registry);
  declare_parts(registry);
  declare_documents(registry);
  declare_events(registry);
  declare_letters(registry);
  declare_reports(registry, services.blobs);
  declare_checks(registry, services.inventory);
  if (services.codes) declare_verification_codes(registry, *services.codes);
  declare_portouts(registry);
  declare_portout_parts(registry);
  services.seeds.add("porting_uk_carriers", "porting/data/uk_carriers.json");
  registry.resource({.path = "/porting/uk_carriers",
                     .collection = "porting_uk_carriers",
                     .record_type = "porting_uk_carrier",
                     .global = true});
}

}  // namespace tandem::products::porting
