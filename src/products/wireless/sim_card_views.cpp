#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// What can be asked about a card beside the card itself.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

/// Where devices fetch eSIM profiles (GSMA SGP.22 section 4.1).
constexpr std::string_view kProfileServer = "smdp.tandem.example";

Outcome answer(const json::Value& data) {
  Effects effects;
  effects.reply = api::Reply::data(data);
  return effects;
}

Result<json::Value, ApiError> find_card(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kCards, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  return api::document_of(*row);
}

Outcome show_activation_code(const Call& call, const store::Snapshot& snapshot) {
  const auto card = find_card(call, snapshot);
  if (!card) return tl::unexpected(card.error());
  if ((*card)["type"].string() != "esim") {
    return refuse("10015", "Only an eSIM has an activation code.");
  }
  const std::string code =
      "LPA:1$" + std::string(kProfileServer) + "$" + std::string((*card)["_matching_id"].string());
  return answer(json::Value::object(
      {{"activation_code", code}, {"record_type", "sim_card_activation_code"}}));
}

/// The device is the sandbox's own, in use once the card has connected.
Outcome show_device(const Call& call, const store::Snapshot& snapshot) {
  const auto card = find_card(call, snapshot);
  if (!card) return tl::unexpected(card.error());
  if ((*card)["current_imei"].is_null()) {
    return tl::unexpected(ApiError::not_found("The SIM card was never used in a device."));
  }
  return answer(json::Value::object({{"imei", (*card)["current_imei"]},
                                     {"brand_name", "Tandem"},
                                     {"model_name", "Sandbox device"},
                                     {"device_type", "Modem"},
                                     {"operating_system", "Linux"},
                                     {"record_type", "device_details"}}));
}

Outcome show_public_ip(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kPublicIps, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  return answer(api::document_of(*row));
}

}  // namespace

void declare_sim_card_views(api::Registry& registry) {
  registry.bind(Op::GetSimCardActivationCode, show_activation_code);
  registry.bind(Op::GetSimCardDeviceDetails, show_device);
  registry.bind(Op::GetSimCardPublicIp, show_public_ip);
  registry.resource({
      .path = "/sim_cards/{id}/wireless_connectivity_logs",
      .collection = std::string(kLogs),
      .record_type = "wireless_connectivity_log",
      .id = api::IdKind::Number,
      .parent_field = "sim_card_id",
      .parent_collection = std::string(kCards),
      .indexes = {{.path = "sim_card_id"}},
  });
}

}  // namespace tandem::products::wireless
