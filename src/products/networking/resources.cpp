#include "products/common/seeds.h"
#include "products/networking/networking.h"

namespace tandem::products::networking {

void declare(api::Registry& registry, const Services& services) {
  registry.resource({.path = "/regions", .id_field = "code", .global = true});
  services.seeds.add("regions", "networking/data/regions.json", "code");
  registry.resource({
      .path = "/networks",
      .record_type = "network",
      .used_by = {{"wireguard_interfaces", "network_id"}},
  });
  declare_wireguard(registry, services);
}

}  // namespace tandem::products::networking
