#include "products/common/seeds.h"
#include "products/networking/interfaces.h"
#include "products/networking/networking.h"

namespace tandem::products::networking {

void declare(api::Registry& registry, const Services& services) {
  registry.resource({.path = "/regions", .id_field = "code", .global = true});
  services.seeds.add("regions", "networking/data/regions.json", "code");
  registry.resource({
      .path = "/networks",
      .record_type = "network",
      .used_by = {{"network_interfaces", "network_id"}, {"default_gateways", "network_id"}},
  });
  services.seeds.add("network_coverage", "networking/data/network_coverage.json", "_id");
  registry.resource({.path = "/network_coverage",
                     .id_field = "_id",
                     .filters = {{"available_services", "available_services", store::Compare::Has}},
                     .global = true});
  services.seeds.add("virtual_cross_connects_coverage",
                     "networking/data/virtual_cross_connects_coverage.json", "_id");
  registry.resource(
      {.path = "/virtual_cross_connects_coverage",
       .id_field = "_id",
       .filters = {{"available_bandwidth", "available_bandwidth", store::Compare::Has}},
       .global = true});
  declare_interfaces(registry);
  declare_gateways(registry);
  declare_global_ips(registry, services);
  declare_wireguard(registry, services);
}

}  // namespace tandem::products::networking
