#include "api/resource_engine.h"
#include "products/common/number_ports.h"
#include "products/numbers/claims.h"
#include "products/numbers/holdings.h"
#include "products/numbers/prices.h"

namespace tandem::products {

using numbers::Inventory;

std::optional<PortableNumber> look_up_portable(const Inventory& inventory,
                                               const store::Snapshot& snapshot,
                                               std::string_view e164) {
  const auto number = inventory.find(e164);
  if (!number) return std::nullopt;
  PortableNumber found;
  found.country = number->block->country;
  found.type = to_string(number->block->type);
  found.messaging = (number->features & static_cast<uint8_t>(numbers::Feature::Sms)) != 0;
  if (const auto row = snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", e164)) {
    found.owner = row->account;
    found.holding_id = row->id;
  }
  return found;
}

void bring_in(const api::Registry& registry, const Inventory& inventory, const ledger::Rates& rates,
              const store::Snapshot& snapshot, api::Moment moment, const api::Account& account,
              std::string_view e164, const json::Value& settings, api::Effects& effects) {
  const auto number = inventory.find(e164);
  if (!number) return;
  if (const auto before = snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", e164)) {
    for (const std::string_view collection : {kPhoneNumbers, kVoiceSettings, kMessagingSettings}) {
      effects.remove(std::string(collection), before->id);
    }
    unsubscribe(numbers::number_key(before->id), effects);
  }
  numbers::FirstSettings first;
  first.status = "active";
  first.source_type = "port_request";
  first.connection_id = settings["connection_id"].string();
  first.connection_name = numbers::connection_name(snapshot, account, first.connection_id);
  first.messaging_profile_id = settings["messaging_profile_id"].string();
  first.messaging_profile_name =
      numbers::messaging_profile_name(snapshot, account, first.messaging_profile_id);
  first.billing_group_id = settings["billing_group_id"].string();
  if (settings["tags"].is_array()) first.tags = settings["tags"].items();
  const std::string id =
      numbers::hold_number(registry, moment, account.id, *number, first, effects);
  subscribe_later(numbers::number_item(id, account.id, *number, first.billing_group_id),
                  numbers::price_of(rates, *number).monthly, moment.now, effects);
  numbers::take(numbers::look_up_claim(snapshot, account.id, e164, moment.now), account.id, e164,
                effects);
}

bool start_hosting(const api::Registry& registry, const Inventory& inventory,
                   const store::Snapshot& snapshot, api::Moment moment, const api::Account& account,
                   std::string_view e164, std::string_view messaging_profile_id,
                   api::Effects& effects) {
  const auto number = inventory.find(e164);
  if (!number || snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", e164)) return false;
  numbers::FirstSettings first;
  first.status = "active";
  first.source_type = "port_request";
  first.messaging_profile_id = messaging_profile_id;
  first.messaging_profile_name =
      numbers::messaging_profile_name(snapshot, account, messaging_profile_id);
  numbers::hold_number(registry, moment, account.id, *number, first, effects);
  numbers::take(numbers::look_up_claim(snapshot, account.id, e164, moment.now), account.id, e164,
                effects);
  return true;
}

void stop_hosting(const store::Snapshot& snapshot, std::string_view account, std::string_view e164,
                  api::Effects& effects) {
  const auto row = snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", e164);
  if (row && row->account == account) numbers::release_holding(row->id, e164, effects);
}

}  // namespace tandem::products
