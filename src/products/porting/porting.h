#pragma once

#include <chrono>

#include "api/registry.h"
#include "products/common/phone_codes.h"
#include "products/common/services.h"

/// Taking numbers along: orders that bring numbers here from another provider, and requests of
/// other providers to take numbers away. The other providers and the registries between are
/// simulated: states move by the clock.
namespace tandem::products::porting {

inline constexpr std::string_view kOrders = "porting_orders";
inline constexpr std::string_view kOrderNumbers = "porting_phone_numbers";
inline constexpr std::string_view kJobs = "porting_activation_jobs";
inline constexpr std::string_view kComments = "porting_comments";
inline constexpr std::string_view kEvents = "porting_events";
inline constexpr std::string_view kLoas = "porting_loa_configurations";
inline constexpr std::string_view kPortouts = "portouts";

inline constexpr std::string_view kAdvanceOrder = "porting.advance_order";
inline constexpr std::string_view kRunJob = "porting.run_job";
inline constexpr std::string_view kAdvancePortout = "porting.advance_portout";

/// How long the simulated losing provider takes for each of its decisions.
inline constexpr auto kDecisionTime = std::chrono::minutes(1);

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_orders(api::Registry& registry, const numbers::Inventory& inventory);
void declare_order_actions(api::Registry& registry);
void declare_order_workflow(api::Registry& registry, const numbers::Inventory& inventory);
void declare_activation(api::Registry& registry, const Services& services);
void declare_requirements(api::Registry& registry);
void declare_identity_checks(api::Registry& registry);
void declare_parts(api::Registry& registry);
void declare_documents(api::Registry& registry);
void declare_events(api::Registry& registry);
void declare_letters(api::Registry& registry);
void declare_reports(api::Registry& registry, store::Blobs& blobs);
void declare_checks(api::Registry& registry, const numbers::Inventory& inventory);
void declare_portouts(api::Registry& registry);
void declare_verification_codes(api::Registry& registry, const PhoneCodes& codes);
void declare_portout_parts(api::Registry& registry);

}  // namespace tandem::products::porting
