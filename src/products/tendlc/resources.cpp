#include "products/tendlc/tendlc.h"

namespace tandem::products::tendlc {

void declare(api::Registry& registry, const Services& services) {
  declare_enums(registry);
  declare_brands(registry, services.rates);
  declare_vetting(registry, services.rates);
  declare_campaigns(registry, services.rates);
  declare_campaign_views(registry);
  declare_campaign_review(registry);
  declare_partner_campaigns(registry);
  declare_number_campaigns(registry);
  declare_number_assignments(registry);
}

}  // namespace tandem::products::tendlc
