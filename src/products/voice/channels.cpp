#include "products/voice/channels.h"

#include <algorithm>
#include <map>
#include <utility>

#include "contract/operations.h"
#include "products/common/channels.h"
#include "products/common/charges.h"
#include "products/common/whole_list.h"
#include "products/voice/limits.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr int64_t kMostChannels = 10'000;  // of an account in one zone
constexpr int64_t kMostNumbers = 10'000;   // that /list names
constexpr std::string_view kHomeName = "US channel zone";

ledger::Nanos price_of(const ledger::Rates& rates, std::string_view zone) {
  return rates.service(zone == kHomeZone ? "inbound_channel_monthly" : "zone_channel_monthly")
      .value_or(0);
}

/// More channels pay their first month at once; the day of the further months stays.
void charge(const Call& call, const store::Snapshot& snapshot, std::string_view zone,
            int64_t before, int64_t channels, ledger::Nanos price, Effects& effects) {
  Item item{.key = "channels/" + channel_key(call.account.id, zone),
            .account = call.account.id,
            .product = ledger::Product::Voice,
            .service = "inbound_channels",
            .reference = std::string(zone),
            .description = "Inbound channels"};
  if (channels == 0) return unsubscribe(item.key, effects);
  if (before == 0) return subscribe(item, price * channels, call.now, effects);
  change_monthly(snapshot, item.key, price * channels, effects);
  if (channels <= before) return;
  item.key += "/" + call.ids.uuid();
  charge_once(item, price * (channels - before), call.now, effects);
}

/// What is held in the zone becomes what the request says.
Result<json::Value, ApiError> change(const Call& call, const store::Snapshot& snapshot,
                                     const ledger::Rates& rates, std::string_view zone,
                                     Effects& effects) {
  const int64_t channels = call.body["channels"].integer();
  if (channels < 0 || channels > kMostChannels) {
    return refuse("10033", "An account holds 0 to 10,000 channels.", "/channels");
  }
  const std::string key = channel_key(call.account.id, zone);
  const auto row = snapshot.get(kChannels, key);
  const std::string now = to_iso8601(call.now);
  json::Value held =
      row ? api::document_of(*row) : json::Value::object({{"channels", 0}, {"created_at", now}});
  const int64_t before = held["channels"].integer();
  held.set("channels", channels);
  held.set("updated_at", now);
  effects.put(std::string(kChannels), key, call.account.id, held, row ? row->revision : store::kNew,
              call.now);
  if (channels != before) {
    charge(call, snapshot, zone, before, channels, price_of(rates, zone), effects);
  }
  return held;
}

json::Value home_document(int64_t channels) {
  return json::Value::object({{"channels", channels}, {"record_type", "inbound_channels"}});
}

Outcome show_home(const Call& call, const store::Snapshot& snapshot) {
  Effects effects;
  effects.reply =
      api::Reply::data(home_document(channels_held(snapshot, call.account.id, kHomeZone)));
  return effects;
}

Outcome change_home(const Call& call, const store::Snapshot& snapshot, const ledger::Rates& rates) {
  Effects effects;
  const auto held = change(call, snapshot, rates, kHomeZone, effects);
  if (!held) return tl::unexpected(held.error());
  effects.reply = api::Reply::data(home_document((*held)["channels"].integer()));
  return effects;
}

/// A zone as the account sees it.
void show_held(const store::Snapshot& snapshot, std::string_view account, json::Value& zone) {
  const auto row = snapshot.get(kChannels, channel_key(account, zone["id"].string()));
  const json::Value held = row ? api::document_of(*row) : json::Value();
  zone.set("record_type", "channel_zone");
  zone.set("channels", held["channels"].integer());
  if (!row) return;
  zone.set("created_at", held["created_at"]);
  zone.set("updated_at", held["updated_at"]);
}

Outcome change_zone(const Call& call, const store::Snapshot& snapshot, const ledger::Rates& rates) {
  const auto row = snapshot.get(kChannelZones, call.last_param());
  if (!row) return tl::unexpected(ApiError::not_found("There is no such channel zone."));
  json::Value zone = api::document_of(*row);
  Effects effects;
  const auto held = change(call, snapshot, rates, row->id, effects);
  if (!held) return tl::unexpected(held.error());
  show_held(snapshot, call.account.id, zone);
  for (const std::string_view member : {"channels", "created_at", "updated_at"}) {
    zone.set(member, (*held)[member]);
  }
  effects.reply = api::Reply::json(zone.text());
  return effects;
}

/// The account's numbers that are paid by the channel, by zone.
std::map<std::string, json::Array> numbers_by_zone(const Call& call,
                                                   const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kPhoneNumbers;
  query.account = call.account.id;
  query.where = {{"_usage_payment_method", store::Compare::Eq, {std::string("channel")}}};
  query.limit = kMostNumbers;
  std::map<std::string, json::Array> zones;
  for (const store::Row& row : snapshot.list(query).rows) {
    const json::Value number = api::document_of(row);
    const std::string_view country = number["country_iso_alpha2"].string();
    const std::string zone = channel_zone(snapshot, country);
    if (zone.empty()) continue;
    zones[zone].push_back(
        json::Value::object({{"country", country}, {"number", number["phone_number"]}}));
  }
  return zones;
}

/// Names of zones by their ids, the home zone first.
std::vector<std::pair<std::string, std::string>> zone_names(const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kChannelZones;
  query.order = {{"name"}};
  std::vector<std::pair<std::string, std::string>> names{
      {std::string(kHomeZone), std::string(kHomeName)}};
  for (const store::Row& row : snapshot.list(query).rows) {
    names.emplace_back(row.id, api::document_of(row)["name"].string());
  }
  return names;
}

Outcome list_numbers(const Call& call, const store::Snapshot& snapshot, std::string_view only) {
  auto numbers = numbers_by_zone(call, snapshot);
  json::Array data;
  bool known = only.empty();
  for (const auto& [zone, name] : zone_names(snapshot)) {
    if (!only.empty() && zone != only) continue;
    known = true;
    json::Value group = json::Value::object(
        {{"zone_id", zone},
         {"zone_name", name},
         {"number_of_channels", channels_held(snapshot, call.account.id, zone)}});
    group.set("numbers", std::move(numbers[zone]));
    data.push_back(std::move(group));
  }
  if (!known) return tl::unexpected(ApiError::not_found("There is no such channel zone."));
  Effects effects;
  effects.reply = whole_list(std::move(data));
  return effects;
}

}  // namespace

bool is_paid_by_channel(const json::Value& voice_settings) {
  return voice_settings["usage_payment_method"].string() == "channel";
}

void take_channel(Turn& turn, CallState& call, const OwnedNumber& number) {
  const std::string zone = channel_zone(turn.snapshot(), number.country);
  store::Adjust adjust{std::string(kChannelCounter) + channel_key(number.account, zone), 1};
  adjust.max = channels_held(turn.snapshot(), number.account, zone);
  call.counters.push(adjust.key);
  turn.extra().batch.adjusts.push_back(std::move(adjust));
}

void declare_channels(api::Registry& registry, const ledger::Rates& rates) {
  registry.collection({std::string(kChannels), {}});
  registry.bind(Op::ListInboundChannels, show_home);
  registry.bind(Op::UpdateOutboundChannels,
                [&rates](const Call& call, const store::Snapshot& snapshot) {
                  return change_home(call, snapshot, rates);
                });
  registry.bind(Op::PatchChannelZone, [&rates](const Call& call, const store::Snapshot& snapshot) {
    return change_zone(call, snapshot, rates);
  });
  registry.bind(Op::GetAllNumbersChannelZones,
                [](const Call& call, const store::Snapshot& snapshot) {
                  return list_numbers(call, snapshot, {});
                });
  registry.bind(Op::GetNumbersChannelZones, [](const Call& call, const store::Snapshot& snapshot) {
    return list_numbers(call, snapshot, call.last_param());
  });
  registry.resource({
      .path = "/channel_zones",
      .collection = std::string(kChannelZones),
      .record_type = "channel_zone",
      .global = true,
      .on_read = [](const Call& call, const store::Snapshot& snapshot,
                    json::Value& zone) { show_held(snapshot, call.account.id, zone); },
  });
}

}  // namespace tandem::products::voice
