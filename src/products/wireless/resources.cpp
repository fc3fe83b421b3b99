#include <string>

#include "contract/operations.h"
#include "core/assert.h"
#include "products/common/data_file.h"
#include "products/common/seeds.h"
#include "products/wireless/wireless.h"

namespace tandem::products::wireless {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

/// Regions in which a product ("public_ips", "private_wireless_gateways") is offered.
Outcome list_regions(const json::Value& regions, const Call& call) {
  const std::string_view product = call.query.get("product");
  json::Array data;
  for (const json::Value& region : regions.items()) {
    bool offered = false;
    for (const json::Value& name : region["products"].items()) {
      offered = offered || name.string() == product;
    }
    if (!offered) continue;
    json::Value shown = region;
    shown.members().erase("products");
    data.push_back(std::move(shown));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare(api::Registry& registry, const Services& services) {
  services.seeds.add("mobile_network_operators", "wireless/data/mobile_network_operators.json");
  registry.resource({.path = "/mobile_network_operators", .global = true});
  auto regions = json::Value::parse(data_file("wireless/data/regions.json"));
  TANDEM_ASSERT(regions.has_value());  // built into the program
  registry.bind(Op::WirelessRegionsGetAll,
                [held = std::move(*regions)](const Call& call, const store::Snapshot&) {
                  return list_regions(held, call);
                });
  declare_groups(registry);
  declare_group_actions(registry);
  declare_gateways(registry);
  declare_blocklists(registry);
  declare_sim_cards(registry);
  declare_registration(registry, services.rates);
  declare_sim_card_actions(registry);
  declare_sim_card_views(registry);
  declare_orders(registry);
  declare_reports(registry, services);
}

}  // namespace tandem::products::wireless
