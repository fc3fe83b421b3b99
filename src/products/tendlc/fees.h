#pragma once

#include <string>
#include <string_view>

#include "ledger/rates.h"
#include "products/common/charges.h"

/// What registrations cost: prices of the list by the name of the service ("brand_registration").
namespace tandem::products::tendlc {

/// A brand or campaign as something to be paid for. Its key is "<service>/<id>".
Item registration_item(std::string_view service, std::string_view id, std::string_view account,
                       std::string_view name);

/// Charges the service's price once.
void charge_fee(const ledger::Rates& rates, const Item& item, WallTime now, api::Effects& effects);

/// The key under which a campaign's months are charged.
std::string campaign_key(std::string_view id);

/// Charges the campaign's registration and its first month, and each further month.
void charge_campaign(const ledger::Rates& rates, const json::Value& campaign,
                     std::string_view account, WallTime now, api::Effects& effects);

}  // namespace tandem::products::tendlc
