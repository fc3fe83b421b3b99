#pragma once

#include <string_view>

#include "api/call.h"
#include "core/json.h"
#include "products/common/services.h"

/// Requests to take numbers of an account away. They come from porting orders of other accounts
/// here: each account is a provider to the others.
namespace tandem::products::porting {

/// What the accounts that have numbers of an order say to it.
enum class Consent { Given, Awaited, Refused };

/// Asks each account that has numbers of the order to let them go. Gives whether any was asked.
bool ask_owners(const numbers::Inventory& inventory, const store::Snapshot& snapshot,
                const json::Value& order, std::string_view account, api::Moment moment,
                api::Effects& effects);

/// What they answered; Given when nobody was asked.
Consent consent_of(const store::Snapshot& snapshot, std::string_view order_id);

/// The numbers have moved.
void finish_portouts(const store::Snapshot& snapshot, std::string_view order_id, api::Moment moment,
                     api::Effects& effects);
/// The order was cancelled.
void cancel_portouts(const store::Snapshot& snapshot, std::string_view order_id, api::Moment moment,
                     api::Effects& effects);

}  // namespace tandem::products::porting
