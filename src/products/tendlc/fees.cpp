#include "products/tendlc/fees.h"

namespace tandem::products::tendlc {
namespace {

constexpr std::string_view kMonthly = "campaign_monthly";
constexpr std::string_view kLowVolumeMonthly = "campaign_low_volume_monthly";

}  // namespace

Item registration_item(std::string_view service, std::string_view id, std::string_view account,
                       std::string_view name) {
  return {.key = std::string(service) + "/" + std::string(id),
          .account = std::string(account),
          .product = ledger::Product::Tendlc,
          .service = std::string(service),
          .reference = std::string(id),
          .description = std::string(name)};
}

void charge_fee(const ledger::Rates& rates, const Item& item, WallTime now, api::Effects& effects) {
  charge_once(item, rates.service(item.service).value_or(0), now, effects);
}

std::string campaign_key(std::string_view id) { return "campaign/" + std::string(id); }

void charge_campaign(const ledger::Rates& rates, const json::Value& campaign,
                     std::string_view account, WallTime now, api::Effects& effects) {
  const std::string_view id = campaign["campaignId"].string();
  const std::string_view name = campaign["brandDisplayName"].string();
  charge_fee(rates, registration_item("campaign_registration", id, account, name), now, effects);
  const bool low = campaign["usecase"].string() == "LOW_VOLUME";
  Item item = registration_item(low ? kLowVolumeMonthly : kMonthly, id, account, name);
  item.key = campaign_key(id);
  subscribe(item, rates.service(item.service).value_or(0), now, effects);
}

}  // namespace tandem::products::tendlc
