#include "products/numbers/bundles.h"

#include <cmath>
#include <map>
#include <optional>

#include "api/resource_engine.h"
#include "products/common/charges.h"
#include "products/common/owned_numbers.h"
#include "products/common/seeds.h"
#include "products/numbers/filters.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"
#include "products/numbers/prices.h"

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr std::string_view kBillingBundles = "billing_bundles";
constexpr int64_t kMostAtOnce = 100;  // bundles bought by one request
constexpr int64_t kMostUnused = 10'000;
constexpr size_t kDateSize = 10;

std::string bundle_key(std::string_view id) { return "bundle/" + std::string(id); }

std::string date_of(WallTime now) { return to_iso8601(now).substr(0, kDateSize); }

/// What a bundle that was bought shows of the one it is of.
json::Value summary_of(json::Value bundle) {
  for (const char* name : {"active", "bundle_limits", "_country"}) bundle.members().erase(name);
  return bundle;
}

/// The number in the bundle, if there is one.
std::optional<store::Row> number_in(const store::Snapshot& snapshot, std::string_view account,
                                    std::string_view bundle_id) {
  return snapshot.find(kPhoneNumbers, account, "_bundle_id", bundle_id);
}

json::Array resources_of(const store::Snapshot& snapshot, std::string_view account,
                         std::string_view bundle_id) {
  json::Array resources;
  const auto row = number_in(snapshot, account, bundle_id);
  if (!row) return resources;
  const json::Value number = api::document_of(*row);
  resources.push_back(json::Value::object({{"id", bundle_id},
                                           {"resource", number["phone_number"]},
                                           {"resource_type", "number"},
                                           {"created_at", number["_bundled_on"]}}));
  return resources;
}

json::Value shown(const store::Row& row, const store::Snapshot& snapshot) {
  json::Value bundle = api::document_of(row);
  bundle.set("resources", resources_of(snapshot, row.account, row.id));
  for (const char* name : {"_key", "_country"}) bundle.members().erase(name);
  return bundle;
}

Result<store::Row, ApiError> find_bundle(const Call& call, const store::Snapshot& snapshot) {
  return api::find_own(snapshot, call.account, kUserBundles, call.param("user_bundle_id"));
}

/// What is paid for every month.
Item item_of(const json::Value& bundle, std::string_view account) {
  return {.key = bundle_key(bundle["id"].string()),
          .account = std::string(account),
          .product = ledger::Product::Numbers,
          .service = "bundle",
          .reference = std::string(bundle["id"].string()),
          .description = std::string(bundle.at_path("billing_bundle.name").string())};
}

json::Value buy(const Call& call, const json::Value& billing, std::string_view key,
                Effects& effects) {
  const std::string id = call.ids.uuid();
  json::Value bundle = json::Value::object({{"id", id},
                                            {"active", true},
                                            {"user_id", call.account.id},
                                            {"created_at", date_of(call.now)},
                                            {"updated_at", date_of(call.now)},
                                            {"billing_bundle", summary_of(billing)},
                                            {"_country", billing["_country"]},
                                            {"_key", key}});
  const double price = billing["mrc_price"].number();
  const auto monthly =
      static_cast<ledger::Nanos>(std::llround(price * static_cast<double>(ledger::kNanosPerUnit)));
  subscribe(item_of(bundle, call.account.id), monthly, call.now, effects);
  effects.put(std::string(kUserBundles), id, call.account.id, bundle, store::kNew, call.now);
  bundle.members().erase("_key");
  bundle.members().erase("_country");
  bundle.set("resources", json::Array());
  return bundle;
}

/// What the same request has bought before.
json::Array bought_before(const Call& call, const store::Snapshot& snapshot, std::string_view key) {
  json::Array bundles;
  if (key.empty()) return bundles;
  store::Query query;
  query.collection = kUserBundles;
  query.account = call.account.id;
  query.where = {{"_key", Compare::Eq, {std::string(key)}}};
  query.limit = kMostAtOnce;
  for (const store::Row& row : snapshot.list(query).rows) bundles.push_back(shown(row, snapshot));
  return bundles;
}

api::Reply list_of(json::Array bundles) {
  return api::Reply::json(json::Value::object({{"data", std::move(bundles)}}).text());
}

Outcome buy_bundles(const Call& call, const store::Snapshot& snapshot) {
  const std::string_view key = call.body["idempotency_key"].string();
  Effects effects;
  json::Array bought = bought_before(call, snapshot, key);
  if (!bought.empty()) {
    effects.reply = list_of(std::move(bought));
    return effects;
  }
  size_t index = 0;
  for (const json::View item : call.body["items"].items()) {
    const std::string pointer = "/items/" + std::to_string(index++);
    const auto row = snapshot.get(kBillingBundles, item["billing_bundle_id"].string());
    if (!row) {
      return refuse("10017", "There is no bundle of this id.", pointer + "/billing_bundle_id");
    }
    const int64_t quantity = item["quantity"].integer();
    if (quantity < 1 || quantity + static_cast<int64_t>(bought.size()) > kMostAtOnce) {
      return refuse("10015", "From 1 to 100 bundles are bought at once.", pointer + "/quantity");
    }
    const json::Value billing = api::document_of(*row);
    for (int64_t i = 0; i < quantity; ++i) bought.push_back(buy(call, billing, key, effects));
  }
  if (bought.empty()) return refuse("10004", "Say which bundles are wanted.", "/items");
  effects.reply = list_of(std::move(bought));
  return effects;
}

/// The number is in no bundle any more: it is charged by itself from today on.
void leave_bundle(const Inventory& inventory, const ledger::Rates& rates, const store::Row& row,
                  json::Value& fields, WallTime now, Effects& effects) {
  fields.members().erase("_bundle_id");
  fields.members().erase("_bundled_on");
  const auto number = inventory.find(fields["phone_number"].string());
  if (!number) return;
  subscribe_later(number_item(row.id, row.account, *number, fields["billing_group_id"].string()),
                  price_of(rates, *number).monthly, now, effects);
}

Outcome deactivate(const Inventory& inventory, const ledger::Rates& rates, const Call& call,
                   const store::Snapshot& snapshot) {
  const auto row = find_bundle(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  json::Value bundle = api::document_of(*row);
  if (!bundle["active"].boolean()) return refuse("10027", "The bundle is not active any more.");
  bundle.set("active", false);
  bundle.set("updated_at", date_of(call.now));
  Effects effects;
  unsubscribe(bundle_key(row->id), effects);
  if (const auto number = number_in(snapshot, call.account.id, row->id)) {
    json::Value fields = api::document_of(*number);
    leave_bundle(inventory, rates, *number, fields, call.now, effects);
    effects.put(std::string(kPhoneNumbers), number->id, number->account, fields, number->revision);
  }
  effects.put(std::string(kUserBundles), row->id, row->account, bundle, row->revision);
  for (const char* name : {"_key", "_country"}) bundle.members().erase(name);
  bundle.set("resources", json::Array());
  effects.reply = api::Reply::data(bundle);
  return effects;
}

Outcome list_resources(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_bundle(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = list_of(resources_of(snapshot, call.account.id, row->id));
  return effects;
}

/// Active bundles without a number, under what they are of.
Outcome list_unused(const Call& call, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kUserBundles;
  query.account = call.account.id;
  query.where = {{"active", Compare::Eq, {true}}};
  query.limit = kMostUnused;
  const auto countries = filter_texts(call.query, "country_iso");
  if (!countries.empty()) {
    query.where.push_back({"_country", Compare::In, {countries.begin(), countries.end()}});
  }
  std::map<std::string, json::Value, std::less<>> groups;
  for (const store::Row& row : snapshot.list(query).rows) {
    if (number_in(snapshot, call.account.id, row.id)) continue;
    const json::Value bundle = api::document_of(row);
    json::Value& group = groups[std::string(bundle.at_path("billing_bundle.id").string())];
    if (group.is_null()) {
      group = json::Value::object(
          {{"billing_bundle", bundle["billing_bundle"]}, {"user_bundle_ids", json::Array()}});
    }
    group.member("user_bundle_ids").push(row.id);
  }
  json::Array data;
  for (auto& [id, group] : groups) data.push_back(std::move(group));
  Effects effects;
  effects.reply = list_of(std::move(data));
  return effects;
}

/// Puts a number into a bundle, or takes it out when the bundle's id is empty.
Outcome change_bundle(const api::ResourceEngine& numbers, const api::ResourceEngine& voices,
                      const Inventory& inventory, const ledger::Rates& rates, const Call& call,
                      const store::Snapshot& snapshot) {
  const auto row = numbers.find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const auto voice = voices.find(call, snapshot, call.param("id"));
  if (!voice) return tl::unexpected(voice.error());
  json::Value number = api::document_of(*row);
  const std::string_view bundle = call.body["bundle_id"].string();
  const bool bundled = !number["_bundle_id"].string().empty();
  Effects effects;
  if (bundle.empty() && bundled) {
    leave_bundle(inventory, rates, *row, number, call.now, effects);
  } else if (!bundle.empty() && number["_bundle_id"].string() != bundle) {
    auto free = check_bundle(snapshot, call.account, bundle, number["country_iso_alpha2"].string(),
                             "/bundle_id");
    if (!free) return tl::unexpected(std::move(free.error()));
    number.set("_bundle_id", bundle);
    number.set("_bundled_on", date_of(call.now));
    unsubscribe(number_key(row->id), effects);
  }
  numbers.put(*row, number, call.now, effects);
  effects.reply = voices.reply(call, snapshot, api::document_of(*voice));
  return effects;
}

/// A billing bundle shows its price in the list and its limits by itself.
void show_billing_bundle(const Call& call, const store::Snapshot&, json::Value& bundle) {
  json::Object& members = bundle.members();
  if (call.operation.op == Op::GetBillingBundleById) {
    for (const char* name : {"mrc_price", "currency", "specs"}) members.erase(name);
  } else {
    for (const char* name : {"active", "bundle_limits"}) members.erase(name);
  }
}

void show_user_bundle(const Call& call, const store::Snapshot& snapshot, json::Value& bundle) {
  bundle.set("resources", resources_of(snapshot, call.account.id, bundle["id"].string()));
}

/// filter[resource] names numbers; they lead to their bundles.
Result<void, ApiError> narrow_bundles(const Call& call, const store::Snapshot& snapshot,
                                      store::Query& query) {
  const auto asked = filter_texts(call.query, "resource");
  if (asked.empty()) return {};
  store::Condition ids{"id", Compare::In, {}};
  for (const std::string& phone_number : asked) {
    const auto row = snapshot.find(kPhoneNumbers, call.account.id, "phone_number", phone_number);
    if (!row) continue;
    const std::string bundle(api::document_of(*row)["_bundle_id"].string());
    if (!bundle.empty()) ids.values.emplace_back(bundle);
  }
  query.where.push_back(std::move(ids));
  return {};
}

void declare_resources(api::Registry& registry) {
  registry.resource({.path = "/bundle_pricing/billing_bundles",
                     .collection = std::string(kBillingBundles),
                     .item_path = "/bundle_pricing/billing_bundles/{bundle_id}",
                     .filters = {{"country_iso", "_country", Compare::In}, {"resource", ""}},
                     .global = true,
                     .on_read = show_billing_bundle});
  registry.resource({.path = "/bundle_pricing/user_bundles",
                     .collection = std::string(kUserBundles),
                     .item_path = "/bundle_pricing/user_bundles/{user_bundle_id}",
                     .indexes = {{.path = "_key"}},
                     .filters = {{"country_iso", "_country", Compare::In}, {"resource", ""}},
                     .on_read = show_user_bundle,
                     .on_list = narrow_bundles});
}

}  // namespace

Result<void, ApiError> check_bundle(const store::Snapshot& snapshot, const api::Account& account,
                                    std::string_view bundle_id, std::string_view country,
                                    const std::string& pointer) {
  const auto row = api::find_own(snapshot, account, kUserBundles, bundle_id);
  const json::Value bundle = row ? api::document_of(*row) : json::Value();
  if (!bundle["active"].boolean()) {
    return refuse("10017", "Your account has no active bundle of this id.", pointer);
  }
  if (bundle["_country"].string() != country) {
    return refuse("10015", "The bundle is for numbers of another country.", pointer);
  }
  if (number_in(snapshot, account.id, bundle_id)) {
    return refuse("10027", "The bundle has its number already.", pointer);
  }
  return {};
}

void declare_bundles(api::Registry& registry, const Services& services) {
  services.seeds.add(std::string(kBillingBundles), "numbers/data/billing_bundles.json");
  const Inventory& inventory = services.inventory;
  const ledger::Rates& rates = services.rates;
  registry.bind(Op::CreateUserBundlesBulk, buy_bundles);
  registry.bind(Op::DeactivateUserBundle,
                [&inventory, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return deactivate(inventory, rates, call, snapshot);
                });
  registry.bind(Op::GetUserBundleResources, list_resources);
  registry.bind(Op::GetUnusedUserBundles, list_unused);
  declare_resources(registry);
  const api::ResourceEngine* numbers = registry.engine(kPhoneNumbers);
  const api::ResourceEngine* voices = registry.engine(kVoiceSettings);
  registry.bind(
      Op::PhoneNumberBundleStatusChange,
      [numbers, voices, &inventory, &rates](const Call& call, const store::Snapshot& snapshot) {
        return change_bundle(*numbers, *voices, inventory, rates, call, snapshot);
      });
}

}  // namespace tandem::products::numbers
