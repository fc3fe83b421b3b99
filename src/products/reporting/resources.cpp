#include "products/reporting/reporting.h"

namespace tandem::products::reporting {

void declare(api::Registry& registry, const Services& services) {
  declare_detail_records(registry);
  declare_usage_reports(registry);
  declare_message_reports(registry, services);
  declare_call_reports(registry, services);
  declare_wireless_records(registry);
  declare_billing_group_reports(registry, services);
}

}  // namespace tandem::products::reporting
