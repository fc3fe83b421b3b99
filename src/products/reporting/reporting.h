#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Looking back on what was used: detail records, and reports that add them up.
namespace tandem::products::reporting {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_detail_records(api::Registry& registry);
void declare_usage_reports(api::Registry& registry);
void declare_message_reports(api::Registry& registry, const Services& services);
void declare_call_reports(api::Registry& registry, const Services& services);
void declare_wireless_records(api::Registry& registry);
void declare_billing_group_reports(api::Registry& registry, const Services& services);

}  // namespace tandem::products::reporting
