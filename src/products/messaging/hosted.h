#pragma once

#include <chrono>

#include "api/registry.h"
#include "products/common/phone_codes.h"
#include "products/common/services.h"

/// Numbers whose calls stay with another carrier while their messages come here. An order names
/// them, proves that the customer has them (a letter and a bill, or codes sent to them), and moves
/// by the clock; the other carriers are simulated.
namespace tandem::products::messaging {

inline constexpr std::string_view kHostedOrders = "messaging_hosted_number_orders";
inline constexpr std::string_view kAdvanceHosted = "messaging.advance_hosted_order";
inline constexpr std::string_view kExpireHosted = "messaging.expire_hosted_order";

/// How long the other carrier takes for each of its decisions, and how long an order may wait for
/// its proof.
inline constexpr auto kHostedDecision = std::chrono::minutes(1);
inline constexpr auto kHostedPatience = std::chrono::days(7);

/// Parts of it, a file each.
void declare_hosted_orders(api::Registry& registry, const numbers::Inventory& inventory);
void declare_hosted_codes(api::Registry& registry, const PhoneCodes& codes);
void declare_hosted_workflow(api::Registry& registry, const numbers::Inventory& inventory);

/// Why a number can't be hosted, in the words of the eligibility check; "ELIGIBLE" when it can.
std::string_view hosting_eligibility(const numbers::Inventory& inventory,
                                     const store::Snapshot& snapshot, std::string_view account,
                                     std::string_view e164);

/// The order has what it takes: it goes on with the next tick of kHostedDecision.
api::Timer hosted_timer(std::string_view order, std::string_view account, WallTime now);

}  // namespace tandem::products::messaging
