#include <array>
#include <string>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// What is done to cards. Each action has a record, in progress until the network has done it; a
// card has one action at a time.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kFinish = "wireless.finish_sim_card_action";
constexpr size_t kMostBulkCards = 1'000;
constexpr std::string_view kDefaultRegion = "dc2";
constexpr size_t kHosts = 254;
/// The network that cards of the sandbox find themselves in.
constexpr std::string_view kCountryCode = "310";
constexpr std::string_view kNetworkCode = "410";

struct Transition {
  std::string_view action;
  std::string_view during;  // status of the card while it is done, empty: as it was
  std::string_view after;
  bool needs_group;
  bool connects;
};
constexpr std::array<Transition, 5> kTransitions = {{
    {"enable", "enabling", "enabled", true, true},
    {"set_standby", "setting_standby", "standby", true, true},
    {"disable", "disabling", "disabled", false, false},
    {"set_public_ip", "", "", false, false},
    {"remove_public_ip", "", "", false, false},
}};

const Transition* find_transition(std::string_view action) {
  for (const Transition& transition : kTransitions) {
    if (transition.action == action) return &transition;
  }
  return nullptr;
}

Outcome act(const api::Registry& registry, const std::string& type, const Call& call,
            const store::Snapshot& snapshot) {
  const api::ResourceEngine* cards = registry.engine(kCards);
  const auto row = cards->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value settings;
  if (type == "set_public_ip") {
    settings =
        json::Value::object({{"region_code", call.query.get("region_code", kDefaultRegion)}});
  }
  if (type == "remove_public_ip" && !snapshot.get(kPublicIps, row->id)) {
    return refuse("10015", "The SIM card has no public IP.");
  }
  json::Value card = api::document_of(*row);
  Effects effects;
  const auto record = start_action(registry, card, call.account.id, {type, settings, {}},
                                   {call.now, call.ids}, effects);
  if (!record) return tl::unexpected(record.error());
  cards->put(*row, card, call.now, effects);
  effects.reply = registry.engine(kCardActions)->reply(call, snapshot, *record);
  return effects;
}

Outcome set_public_ips(const api::Registry& registry, const Call& call,
                       const store::Snapshot& snapshot) {
  const json::View given = call.body["sim_card_ids"];
  if (given.size() == 0 || given.size() > kMostBulkCards) {
    return refuse("10015", "A request names 1 to 1000 cards.", "/sim_card_ids");
  }
  const api::ResourceEngine* cards = registry.engine(kCards);
  const api::ResourceEngine* bulks = registry.engine(kBulkActions);
  json::Value input = json::Value::object({{"action_type", "bulk_set_public_ips"}});
  input.set("settings", json::Value::object());
  const json::Value bulk = bulks->make({call.now, call.ids}, input);
  Effects effects;
  bulks->put_new(call.account.id, call.now, bulk, effects);
  size_t index = 0;
  for (const json::View id : given.items()) {
    const std::string pointer = "/sim_card_ids/" + std::to_string(index++);
    const auto row = cards->find(call, snapshot, id.string());
    if (!row) return refuse("10017", "Your account has no SIM card of this id.", pointer);
    json::Value card = api::document_of(*row);
    const CardAction action{"set_public_ip", json::Value::object({{"region_code", kDefaultRegion}}),
                            std::string(bulk["id"].string())};
    auto started =
        start_action(registry, card, call.account.id, action, {call.now, call.ids}, effects);
    if (!started) return refuse("10015", started.error().items.front().detail, pointer);
    cards->put(*row, card, call.now, effects);
  }
  effects.reply = bulks->reply(call, snapshot, bulk);
  return effects;
}

void summarize(const Call& call, const store::Snapshot& snapshot, json::Value& bulk) {
  json::Array summary;
  for (const char* status : {"in-progress", "completed", "failed", "interrupted"}) {
    store::Query query;
    query.collection = kCardActions;
    query.account = call.account.id;
    query.where = {
        {"bulk_sim_card_action_id", store::Compare::Eq, {std::string(bulk["id"].string())}},
        {"status.value", store::Compare::Eq, {std::string(status)}}};
    const int64_t count = snapshot.count(query);
    if (count > 0) {
      summary.push_back(json::Value::object({{"status", status}, {"count", count}}));
    }
  }
  bulk.set("sim_card_actions_summary", std::move(summary));
}

std::string address_of(std::string_view format, const std::string& card_id) {
  const size_t host = 1 + std::hash<std::string>()(card_id) % kHosts;
  return std::string(format) + std::to_string(host);
}

void add_log(const api::Registry& registry, const StepDocument& card, const char* type,
             const api::Step& step, Effects& effects) {
  const std::string now = to_iso8601(step.now);
  json::Value log = json::Value::object({{"sim_card_id", card.row.id},
                                         {"log_type", type},
                                         {"state", "provisioned"},
                                         {"imei", card.fields["current_imei"]},
                                         {"imsi", card.fields["imsi"]},
                                         {"mobile_country_code", kCountryCode},
                                         {"mobile_network_code", kNetworkCode},
                                         {"radio_access_technology", "LTE"},
                                         {"start_time", now},
                                         {"last_seen", now}});
  if (std::string_view(type) == "data") {
    log.set("apn", "data00.tandem");
    log.set("ipv4", card.fields["ipv4"]);
  }
  const api::ResourceEngine* logs = registry.engine(kLogs);
  logs->put_new(card.row.account, step.now, logs->make({step.now, step.ids}, log), effects);
}

/// The card's device is switched on: it registers and opens a data session.
void connect(const api::Registry& registry, StepDocument& card, const api::Step& step,
             Effects& effects) {
  card.fields.set("live_data_session", "connected");
  card.fields.set("current_imei", card.fields["_imei"]);
  card.fields.set("current_mcc", kCountryCode);
  card.fields.set("current_mnc", kNetworkCode);
  card.fields.set("ipv4", address_of("100.100.0.", card.row.id));
  add_log(registry, card, "registration", step, effects);
  add_log(registry, card, "data", step, effects);
}

void give_public_ip(const StepDocument& card, const json::Value& settings, WallTime now,
                    Effects& effects) {
  const std::string moment = to_iso8601(now);
  effects.put(std::string(kPublicIps), card.row.id, card.row.account,
              json::Value::object({{"record_type", "sim_card_public_ip"},
                                   {"sim_card_id", card.row.id},
                                   {"ip", address_of("198.51.100.", card.row.id)},
                                   {"type", "ipv4"},
                                   {"region_code", settings["region_code"]},
                                   {"created_at", moment},
                                   {"updated_at", moment}}));
}

Effects finish(const api::Registry& registry, const api::Step& step,
               const store::Snapshot& snapshot) {
  Effects effects;
  auto action = step_document(step, snapshot, kCardActions);
  if (!action) return effects;
  const auto row = snapshot.get(kCards, action->fields["sim_card_id"].string());
  action->fields.set(
      "status",
      row ? json::Value::object({{"value", "completed"}})
          : json::Value::object({{"value", "failed"}, {"reason", "The SIM card was deleted."}}));
  put_back(kCardActions, *action, step.now, effects);
  if (!row) return effects;
  StepDocument card{*row, api::document_of(*row)};
  const std::string_view type = action->fields["action_type"].string();
  card.fields.set("actions_in_progress", false);
  const Transition* transition = find_transition(type);
  if (transition && !transition->after.empty()) {
    card.fields.set("status", json::Value::object({{"value", transition->after}}));
    if (transition->connects) {
      connect(registry, card, step, effects);
    } else {
      card.fields.set("live_data_session", "disconnected");
    }
  }
  if (type == "set_public_ip") {
    give_public_ip(card, action->fields["settings"], step.now, effects);
  }
  if (type == "remove_public_ip") effects.remove(std::string(kPublicIps), card.row.id);
  put_back(kCards, card, step.now, effects);
  return effects;
}

}  // namespace

Result<json::Value, ApiError> start_action(const api::Registry& registry, json::Value& card,
                                           std::string_view account, const CardAction& action,
                                           api::Moment moment, Effects& effects) {
  const Transition* transition = find_transition(action.type);
  if (card["actions_in_progress"].boolean()) {
    return refuse("10015", "Something else is being done to this SIM card.");
  }
  if (transition && transition->needs_group && card["sim_card_group_id"].string().empty()) {
    return refuse("10015", "A SIM card needs a group to be used.", "/sim_card_group_id");
  }
  card.set("actions_in_progress", true);
  if (transition && !transition->during.empty()) {
    card.set("status", json::Value::object({{"value", transition->during}}));
  }
  json::Value input = json::Value::object(
      {{"action_type", action.type}, {"sim_card_id", card["id"]}, {"settings", action.settings}});
  input.set("status", json::Value::object({{"value", "in-progress"}}));
  if (!action.bulk_id.empty()) input.set("bulk_sim_card_action_id", action.bulk_id);
  const api::ResourceEngine* actions = registry.engine(kCardActions);
  json::Value record = actions->make(moment, input);
  actions->put_new(account, moment.now, record, effects);
  effects.timers.push_back(
      document_timer(kFinish, record["id"].string(), account, moment.now + kActionTime));
  return record;
}

void declare_sim_card_actions(api::Registry& registry) {
  const auto bind = [&registry](Op op, const char* type) {
    registry.bind(op, [&registry, action = std::string(type)](const Call& call,
                                                              const store::Snapshot& snapshot) {
      return act(registry, action, call, snapshot);
    });
  };
  bind(Op::EnableSimCard, "enable");
  bind(Op::DisableSimCard, "disable");
  bind(Op::SetSimCardStandby, "set_standby");
  bind(Op::SetSimCardPublicIp, "set_public_ip");
  bind(Op::RemoveSimCardPublicIp, "remove_public_ip");
  registry.bind(Op::SetPublicIPsBulk,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return set_public_ips(registry, call, snapshot);
                });
  registry.workflow(std::string(kFinish),
                    [&registry](const api::Step& step, const store::Snapshot& snapshot) {
                      return finish(registry, step, snapshot);
                    });
  registry.collection({.name = std::string(kPublicIps), .indexes = {}});
  registry.resource({.path = "/sim_card_actions",
                     .record_type = "sim_card_action",
                     .indexes = {{.path = "bulk_sim_card_action_id"}, {.path = "sim_card_id"}},
                     .filters = {{"status", "status.value"}}});
  registry.resource({.path = "/bulk_sim_card_actions",
                     .record_type = "bulk_sim_card_action",
                     .on_read = summarize});
}

}  // namespace tandem::products::wireless
