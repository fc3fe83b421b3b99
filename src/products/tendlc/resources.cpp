#include "products/tendlc/tendlc.h"

namespace tandem::products::tendlc {

void declare(api::Registry& registry, const Services&) {
  declare_enums(registry);
  declare_brands(registry);
  declare_vetting(registry);
  declare_campaigns(registry);
  declare_campaign_views(registry);
  declare_campaign_review(registry);
  declare_partner_campaigns(registry);
  declare_number_campaigns(registry);
  declare_number_assignments(registry);
}

}  // namespace tandem::products::tendlc
