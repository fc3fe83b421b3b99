#include "products/numbers/holdings.h"

#include "api/resource_engine.h"
#include "products/common/connections.h"
#include "products/numbers/claims.h"
#include "products/numbers/emergency.h"
#include "products/numbers/prices.h"

namespace tandem::products::numbers {
namespace {

void set_given(json::Value& document, std::string_view name, const std::string& text) {
  if (!text.empty()) document.set(name, text);
}

json::Value feature_set(bool international) {
  return json::Value::object({{"domestic_two_way", true},
                              {"international_inbound", international},
                              {"international_outbound", international}});
}

json::Value messaging_features(const Number& number) {
  const auto has = [&](Feature feature) {
    return (number.features & static_cast<uint8_t>(feature)) != 0;
  };
  const bool international = has(Feature::InternationalSms);
  return json::Value::object(
      {{"sms", has(Feature::Sms) ? feature_set(international) : json::Value()},
       {"mms", has(Feature::Mms) ? feature_set(false) : json::Value()}});
}

json::Value number_document(const Number& number, const FirstSettings& settings, WallTime now) {
  json::Value document = json::Value::object({{"phone_number", number.phone_number},
                                              {"status", settings.status},
                                              {"country_iso_alpha2", number.block->country},
                                              {"phone_number_type", to_string(number.block->type)},
                                              {"source_type", settings.source_type},
                                              {"purchased_at", to_iso8601(now)},
                                              {"tags", settings.tags},
                                              {"_tagged", !settings.tags.empty()},
                                              {"_usage_payment_method", "pay-per-minute"}});
  set_given(document, "connection_id", settings.connection_id);
  set_given(document, "connection_name", settings.connection_name);
  set_given(document, "messaging_profile_id", settings.messaging_profile_id);
  set_given(document, "messaging_profile_name", settings.messaging_profile_name);
  set_given(document, "billing_group_id", settings.billing_group_id);
  set_given(document, "customer_reference", settings.customer_reference);
  set_given(document, "_block_id", settings.block_id);
  set_given(document, "_bundle_id", settings.bundle_id);
  constexpr size_t kDateSize = 10;
  if (!settings.bundle_id.empty())
    document.set("_bundled_on", to_iso8601(now).substr(0, kDateSize));
  return document;
}

json::Value voice_document(const json::Value& number, const FirstSettings& settings) {
  json::Value document = json::Value::object({{"id", number["id"]},
                                              {"phone_number", number["phone_number"]},
                                              {"_purchased_at", number["purchased_at"]}});
  set_given(document, "connection_id", settings.connection_id);
  set_given(document, "_connection_name", settings.connection_name);
  set_given(document, "customer_reference", settings.customer_reference);
  return document;
}

json::Value messaging_document(const json::Value& id, const Number& number,
                               const FirstSettings& settings) {
  const bool toll_free = number.block->type == NumberType::TollFree;
  json::Value document =
      json::Value::object({{"id", id},
                           {"phone_number", number.phone_number},
                           {"country_code", number.block->country},
                           {"type", toll_free ? "toll-free" : "long-code"},
                           {"messaging_product", "A2P"},
                           {"traffic_type", "A2P"},
                           {"eligible_messaging_products", json::Value::array({"A2P"})},
                           {"features", messaging_features(number)},
                           {"health", json::Value::object({{"message_count", 0},
                                                           {"inbound_outbound_ratio", 0.0},
                                                           {"success_ratio", 0.0},
                                                           {"spam_ratio", 0.0}})}});
  set_given(document, "messaging_profile_id", settings.messaging_profile_id);
  return document;
}

std::string name_of(const store::Snapshot& snapshot, const api::Account& account,
                    std::string_view collection, std::string_view id, std::string_view field) {
  if (id.empty()) return {};
  const auto row = api::find_own(snapshot, account, collection, id);
  if (!row) return {};
  return std::string(api::document_of(*row)[field].string());
}

}  // namespace

std::string hold_number(const api::Registry& registry, api::Moment moment, std::string_view account,
                        const Number& number, const FirstSettings& settings,
                        api::Effects& effects) {
  const api::ResourceEngine& numbers = *registry.engine(kPhoneNumbers);
  const json::Value document = numbers.make(moment, number_document(number, settings, moment.now));
  numbers.put_new(account, moment.now, document, effects);

  const api::ResourceEngine& voice = *registry.engine(kVoiceSettings);
  voice.put_new(account, moment.now, voice.make(moment, voice_document(document, settings)),
                effects);

  const api::ResourceEngine& messaging = *registry.engine(kMessagingSettings);
  const json::Value input = messaging_document(document["id"], number, settings);
  messaging.put_new(account, moment.now, messaging.make(moment, input), effects);
  return std::string(document["id"].string());
}

void activate_number(const store::Snapshot& snapshot, std::string_view id, WallTime now,
                     api::Effects& effects) {
  const auto row = snapshot.get(kPhoneNumbers, id);
  if (!row) return;
  json::Value number = api::document_of(*row);
  if (number["status"].string() != "purchase-pending") return;
  number.set("status", "active");
  number.set("purchased_at", to_iso8601(now));
  effects.put(std::string(kPhoneNumbers), row->id, row->account, number, row->revision);
}

void drop_number(std::string_view id, std::string_view phone_number, api::Effects& effects) {
  for (const std::string_view collection :
       {kPhoneNumbers, kVoiceSettings, kMessagingSettings, kVoicemails}) {
    effects.remove(std::string(collection), std::string(id));
  }
  give_up(phone_number, effects);
}

void release_holding(const std::string& id, std::string_view phone_number, api::Effects& effects) {
  unsubscribe(number_key(id), effects);
  unsubscribe(emergency_key(id), effects);
  drop_number(id, phone_number, effects);
}

std::string connection_name(const store::Snapshot& snapshot, const api::Account& account,
                            std::string_view id) {
  return name_of(snapshot, account, kConnections, id, "connection_name");
}

std::string messaging_profile_name(const store::Snapshot& snapshot, const api::Account& account,
                                   std::string_view id) {
  return name_of(snapshot, account, "messaging_profiles", id, "name");
}

}  // namespace tandem::products::numbers
