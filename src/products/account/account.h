#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// The account itself: who may come in from where, who else belongs to it, whom it tells what.
namespace tandem::products::account {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_access_ips(api::Registry& registry);
void declare_balance(api::Registry& registry);
void declare_charges(api::Registry& registry);
void declare_invoices(api::Registry& registry, const Services& services);
void declare_managed_accounts(api::Registry& registry, const Services& services);
void declare_notifications(api::Registry& registry, const Services& services);
void declare_user_tags(api::Registry& registry);
void declare_webhook_deliveries(api::Registry& registry);

}  // namespace tandem::products::account
