#pragma once

#include <string_view>

#include "api/registry.h"
#include "api/resource.h"

/// What leads into a network: WireGuard interfaces, internet gateways, cross connects. They have a
/// region, take a moment to be provisioned, and are listed together under their network.
namespace tandem::products::networking {

/// What a new interface of the kind `type` ("wireguard_interface", kept in the collection of that
/// name with an s) has in common with the others: its region, its status, its provisioning. Refuses
/// a region that does not take interfaces of this kind.
Result<void, api::ApiError> start_interface(api::Draft& draft, std::string_view type);

/// For on_update and on_delete: keeps the network's list in step.
Result<void, api::ApiError> change_interface(api::Draft& draft);
Result<void, api::ApiError> drop_interface(api::Draft& draft);

void declare_interfaces(api::Registry& registry);

}  // namespace tandem::products::networking
