#include <string>

#include <fmt/format.h>

#include "products/common/steps.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// Private wireless gateways: where a group's traffic enters a network of the account.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;

constexpr std::string_view kProvision = "wireless.provision_gateway";
/// Shared address space (RFC 6598): a /24 each.
constexpr size_t kFirstBlock = 64;
constexpr size_t kSecondBytes = 64;
constexpr size_t kThirdBytes = 256;

Result<void, ApiError> make_gateway(Draft& draft) {
  json::Value& gateway = draft.document;
  if (gateway["region_code"].is_null()) gateway.set("region_code", "dc2");
  gateway.set("status", json::Value::object({{"value", "provisioning"}}));
  draft.effects.timers.push_back(document_timer(
      kProvision, gateway["id"].string(), draft.call.account.id, draft.call.now + kGatewayTime));
  return {};
}

Effects provision(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto gateway = step_document(step, snapshot, kGateways);
  if (!gateway) return effects;
  const size_t hash = std::hash<std::string>()(gateway->row.id);
  gateway->fields.set("ip_range", fmt::format("100.{}.{}.0/24", kFirstBlock + hash % kSecondBytes,
                                              hash / kSecondBytes % kThirdBytes));
  gateway->fields.set("status", json::Value::object({{"value", "provisioned"}}));
  put_back(kGateways, *gateway, step.now, effects);
  return effects;
}

void show_gateway(const Call& call, const store::Snapshot& snapshot, json::Value& gateway) {
  store::Query groups;
  groups.collection = kGroups;
  groups.account = call.account.id;
  groups.where = {
      {"private_wireless_gateway_id", store::Compare::Eq, {std::string(gateway["id"].string())}}};
  const int64_t count = snapshot.count(groups);
  gateway.set("assigned_resources", json::Value::array({json::Value::object(
                                        {{"count", count}, {"record_type", "sim_card_group"}})}));
}

}  // namespace

void declare_gateways(api::Registry& registry) {
  registry.resource({
      .path = "/private_wireless_gateways",
      .record_type = "private_wireless_gateway",
      .references = {{"network_id", "networks"}},
      .used_by = {{std::string(kGroups), "private_wireless_gateway_id"}},
      .on_create = make_gateway,
      .on_read = show_gateway,
  });
  registry.workflow(std::string(kProvision), provision);
}

}  // namespace tandem::products::wireless
