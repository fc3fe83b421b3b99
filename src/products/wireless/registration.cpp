#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "ledger/rates.h"
#include "products/common/charges.h"
#include "products/common/steps.h"
#include "products/wireless/card_numbers.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// How cards come to an account: by the codes printed on them, or bought as eSIMs. The sandbox knows
// every code of ten digits but those that begin with 9999; each is good once.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kFinishUpdate = "wireless.finish_ota_update";
constexpr size_t kCodeDigits = 10;
constexpr std::string_view kUnknownCodes = "9999";
constexpr size_t kMostCodes = 1'000;  // a request
constexpr int64_t kMostEsims = 1'000;
constexpr size_t kPinDigits = 4;
constexpr size_t kPukDigits = 8;
constexpr size_t kMatchingSize = 20;

/// Why a code cannot be registered; empty when it can.
std::string fault_of(const store::Snapshot& snapshot, std::string_view code) {
  const bool digits = code.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || code.size() != kCodeDigits) return "A registration code has ten digits.";
  if (code.starts_with(kUnknownCodes)) return "No SIM card has this code.";
  if (snapshot.find(kCards, std::nullopt, "_registration_code", code)) {
    return "This code has already been used.";
  }
  return {};
}

/// What a card costs a month, as the price list calls it.
constexpr std::string_view kCardService = "sim_card_monthly";

struct NewCard {
  std::string type;  // "physical" or "esim"
  std::string code;  // of a physical one
  std::string group;
  json::Value tags;
  std::string status;  // what it shall become: "enabled", "disabled", "standby"
};

json::Value describe(const api::ResourceEngine& cards, const NewCard& wanted, const Call& call) {
  Ids& ids = call.ids;
  json::Value card = json::Value::object({{"type", wanted.type},
                                          {"iccid", make_iccid(ids)},
                                          {"imsi", make_imsi(ids)},
                                          {"msisdn", make_msisdn(ids)},
                                          {"sim_card_group_id", wanted.group},
                                          {"tags", wanted.tags},
                                          {"live_data_session", "disconnected"}});
  card.set("current_billing_period_consumed_data",
           json::Value::object({{"amount", "0.0"}, {"unit", "MB"}}));
  card.set("_pin_puk_codes", json::Value::object({{"pin1", make_code(ids, kPinDigits)},
                                                  {"pin2", make_code(ids, kPinDigits)},
                                                  {"puk1", make_code(ids, kPukDigits)},
                                                  {"puk2", make_code(ids, kPukDigits)}}));
  card.set("_imei", make_imei(ids));
  if (wanted.code.empty()) {
    card.set("_matching_id", ids.token(kMatchingSize));
  } else {
    card.set("_registration_code", wanted.code);
  }
  return cards.make({call.now, ids}, card);
}

/// The network's preferences are sent to a card over the air when it is registered.
void send_preferences(const api::Registry& registry, const Call& call, const json::Value& card,
                      Effects& effects) {
  json::Value input = json::Value::object({{"sim_card_id", card["id"]},
                                           {"type", "sim_card_network_preferences"},
                                           {"status", "in-progress"}});
  input.set("settings",
            json::Value::object({{"mobile_network_operators_preferences", json::Array()}}));
  const api::ResourceEngine* updates = registry.engine(kUpdates);
  const json::Value update = updates->make({call.now, call.ids}, input);
  updates->put_new(call.account.id, call.now, update, effects);
  effects.timers.push_back(document_timer(kFinishUpdate, update["id"].string(), call.account.id,
                                          call.now + kActionTime));
}

/// Makes the card and starts what brings it into the wanted status.
Result<json::Value, ApiError> add_card(const api::Registry& registry, const ledger::Rates& rates,
                                       const Call& call, const NewCard& wanted, Effects& effects) {
  const api::ResourceEngine* cards = registry.engine(kCards);
  json::Value card = describe(*cards, wanted, call);
  const std::string action = wanted.status == "disabled"
                                 ? "disable"
                                 : (wanted.status == "standby" ? "set_standby" : "enable");
  auto started = start_action(registry, card, call.account.id, {action, {}, {}},
                              {call.now, call.ids}, effects);
  if (!started) return tl::unexpected(std::move(started.error()));
  card.set("status", json::Value::object({{"value", "registering"}}));
  cards->put_new(call.account.id, call.now, card, effects);
  send_preferences(registry, call, card, effects);
  const std::string_view id = card["id"].string();
  subscribe({.key = card_key(id),
             .account = call.account.id,
             .product = ledger::Product::Wireless,
             .service = std::string(kCardService),
             .reference = std::string(id),
             .description = std::string(card["iccid"].string())},
            rates.service(kCardService).value_or(0), call.now, effects);
  return card;
}

/// The group named in the request, or the default one.
Result<std::string, ApiError> wanted_group(const api::Registry& registry, const Call& call,
                                           const store::Snapshot& snapshot, Effects& effects) {
  const std::string_view id = call.body["sim_card_group_id"].string();
  if (id.empty()) return default_group(registry, call, snapshot, effects);
  if (api::find_own(snapshot, call.account, kGroups, id)) return std::string(id);
  return refuse("10017", "Your account has no group of this id.", "/sim_card_group_id");
}

json::Value tags_of(const Call& call) {
  const json::View tags = call.body["tags"];
  return tags.is_array() ? json::Value(tags) : json::Value(json::Array());
}

json::Value shown_fault(const std::string& detail, size_t index) {
  json::Value fault =
      json::Value::object({{"code", "10015"}, {"title", "Bad Request"}, {"detail", detail}});
  fault.set("source",
            json::Value::object({{"pointer", "/registration_codes/" + std::to_string(index)}}));
  return fault;
}

void answer(json::Array cards, json::Array faults, Effects& effects) {
  json::Value body = json::Value::object();
  body.set("data", std::move(cards));
  if (!faults.empty()) body.set("errors", std::move(faults));
  effects.reply = api::Reply::json(body.text());
}

/// Codes that cannot be registered are told beside the cards of those that could.
Outcome register_cards(const api::Registry& registry, const ledger::Rates& rates, const Call& call,
                       const store::Snapshot& snapshot) {
  const json::View codes = call.body["registration_codes"];
  if (codes.size() == 0 || codes.size() > kMostCodes) {
    return refuse("10015", "A request has 1 to 1000 codes.", "/registration_codes");
  }
  Effects effects;
  const auto group = wanted_group(registry, call, snapshot, effects);
  if (!group) return tl::unexpected(group.error());
  json::Array shown;
  json::Array faults;
  std::vector<std::string> seen;
  size_t index = 0;
  for (const json::View item : codes.items()) {
    const std::string code(item.string());
    std::string fault = fault_of(snapshot, code);
    const bool again = std::find(seen.begin(), seen.end(), code) != seen.end();
    if (fault.empty() && again) fault = "This code is given twice.";
    seen.push_back(code);
    if (!fault.empty()) {
      faults.push_back(shown_fault(fault, index++));
      continue;
    }
    ++index;
    auto card = add_card(registry, rates, call,
                         {"physical", code, *group, tags_of(call),
                          std::string(call.body["status"].string("enabled"))},
                         effects);
    if (!card) return tl::unexpected(std::move(card.error()));
    shown.push_back(registry.engine(kCards)->shown(call, snapshot, std::move(*card)));
  }
  answer(std::move(shown), std::move(faults), effects);
  return effects;
}

Outcome purchase_esims(const api::Registry& registry, const ledger::Rates& rates, const Call& call,
                       const store::Snapshot& snapshot) {
  const int64_t amount = call.body["amount"].integer();
  if (amount < 1 || amount > kMostEsims) {
    return refuse("10033", "1 to 1000 eSIMs are bought at once.", "/amount");
  }
  Effects effects;
  const auto group = wanted_group(registry, call, snapshot, effects);
  if (!group) return tl::unexpected(group.error());
  json::Array shown;
  for (int64_t i = 0; i < amount; ++i) {
    auto card = add_card(
        registry, rates, call,
        {"esim", {}, *group, tags_of(call), std::string(call.body["status"].string("enabled"))},
        effects);
    if (!card) return tl::unexpected(std::move(card.error()));
    shown.push_back(registry.engine(kCards)->shown(call, snapshot, std::move(*card)));
  }
  answer(std::move(shown), {}, effects);
  return effects;
}

Outcome validate_codes(const Call& call, const store::Snapshot& snapshot) {
  json::Array data;
  for (const json::View item : call.body["registration_codes"].items()) {
    const std::string fault = fault_of(snapshot, item.string());
    data.push_back(
        json::Value::object({{"registration_code", item.string()},
                             {"valid", fault.empty()},
                             {"invalid_detail", fault.empty() ? json::Value() : json::Value(fault)},
                             {"record_type", "sim_card_registration_code_validation"}}));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

Effects finish_update(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto update = step_document(step, snapshot, kUpdates);
  if (!update) return effects;
  const bool there = snapshot.get(kCards, update->fields["sim_card_id"].string()).has_value();
  update->fields.set("status", there ? "completed" : "failed");
  put_back(kUpdates, *update, step.now, effects);
  return effects;
}

}  // namespace

void declare_registration(api::Registry& registry, const ledger::Rates& rates) {
  registry.bind(Op::RegisterSimCards,
                [&registry, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return register_cards(registry, rates, call, snapshot);
                });
  registry.bind(Op::PurchaseESim,
                [&registry, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return purchase_esims(registry, rates, call, snapshot);
                });
  registry.bind(Op::ValidateRegistrationCodes, validate_codes);
  registry.resource({.path = "/ota_updates", .record_type = "ota_update"});
  registry.workflow(std::string(kFinishUpdate), finish_update);
}

}  // namespace tandem::products::wireless
