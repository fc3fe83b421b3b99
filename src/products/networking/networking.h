#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Private networks: their gateways, WireGuard tunnels, cross connects and global IPs.
namespace tandem::products::networking {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_gateways(api::Registry& registry);
void declare_global_ips(api::Registry& registry, const Services& services);
void declare_wireguard(api::Registry& registry, const Services& services);

}  // namespace tandem::products::networking
