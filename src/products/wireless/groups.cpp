#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// Groups of SIM cards, and what is set for a whole group. Such a change is an action with a record
// of its own, in progress until the network has taken it.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kFinish = "wireless.finish_group_action";
constexpr int64_t kMostIccids = 1'000;  // shown with a group

store::Query cards_of(const Call& call, const json::Value& group) {
  store::Query query;
  query.collection = kCards;
  query.account = call.account.id;
  query.where = {{"sim_card_group_id", store::Compare::Eq, {std::string(group["id"].string())}}};
  return query;
}

void show_group(const Call& call, const store::Snapshot& snapshot, json::Value& group) {
  store::Query query = cards_of(call, group);
  group.set("sim_card_count", snapshot.count(query));
  if (call.query.get("include_iccids") != "true") return;
  query.limit = kMostIccids;
  json::Array iccids;
  for (const store::Row& row : snapshot.list(query).rows) {
    iccids.push_back(api::document_of(row)["iccid"]);
  }
  group.set("iccids", std::move(iccids));
}

Result<void, ApiError> keep_default(Draft& draft) {
  if (!draft.document["default"].boolean()) return {};
  return refuse("10015", "The default group stays.");
}

/// What an action changes in its group: the field, and where the value must exist.
struct GroupAction {
  std::string_view type;
  std::string_view field;
  std::string_view collection;
  bool sets;
};
constexpr GroupAction kSetGateway = {"set_private_wireless_gateway", "private_wireless_gateway_id",
                                     kGateways, true};
constexpr GroupAction kRemoveGateway = {"remove_private_wireless_gateway",
                                        "private_wireless_gateway_id", kGateways, false};
constexpr GroupAction kSetBlocklist = {"set_wireless_blocklist", "wireless_blocklist_id",
                                       kBlocklists, true};
constexpr GroupAction kRemoveBlocklist = {"remove_wireless_blocklist", "wireless_blocklist_id",
                                          kBlocklists, false};

Result<json::Value, ApiError> settings_of(const Call& call, const store::Snapshot& snapshot,
                                          const GroupAction& action) {
  json::Value settings = json::Value::object();
  if (!action.sets) return settings;
  const std::string_view id = call.body[action.field].string();
  const auto row = api::find_own(snapshot, call.account, action.collection, id);
  const std::string pointer = "/" + std::string(action.field);
  if (!row) return refuse("10017", "Your account has nothing of this id.", pointer);
  const json::Value status = api::document_of(*row).at_path("status.value");
  if (action.collection == kGateways && status.string() != "provisioned") {
    return refuse("10015", "The gateway is not provisioned yet.", pointer);
  }
  settings.set(action.field, id);
  return settings;
}

Outcome start(const api::Registry& registry, const GroupAction& action, const Call& call,
              const store::Snapshot& snapshot) {
  const auto group = registry.engine(kGroups)->find(call, snapshot, call.param("id"));
  if (!group) return tl::unexpected(group.error());
  auto settings = settings_of(call, snapshot, action);
  if (!settings) return tl::unexpected(std::move(settings.error()));
  const api::ResourceEngine* actions = registry.engine(kGroupActions);
  const json::Value record =
      actions->make({call.now, call.ids}, json::Value::object({{"type", action.type},
                                                               {"sim_card_group_id", group->id},
                                                               {"settings", std::move(*settings)},
                                                               {"status", "in-progress"},
                                                               {"_field", action.field}}));
  Effects effects;
  actions->put_new(call.account.id, call.now, record, effects);
  effects.timers.push_back(
      document_timer(kFinish, record["id"].string(), call.account.id, call.now + kActionTime));
  effects.reply = actions->reply(call, snapshot, record);
  return effects;
}

Effects finish(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto action = step_document(step, snapshot, kGroupActions);
  if (!action) return effects;
  const auto row = snapshot.get(kGroups, action->fields["sim_card_group_id"].string());
  action->fields.set("status", row ? "completed" : "failed");
  put_back(kGroupActions, *action, step.now, effects);
  if (!row) return effects;
  StepDocument group{*row, api::document_of(*row)};
  const std::string field(action->fields["_field"].string());
  const json::Value& value = action->fields["settings"][field];
  if (value.is_null()) {
    group.fields.members().erase(field);
  } else {
    group.fields.set(field, value);
  }
  put_back(kGroups, group, step.now, effects);
  return effects;
}

}  // namespace

std::string default_group(const api::Registry& registry, const Call& call,
                          const store::Snapshot& snapshot, Effects& effects) {
  store::Query query;
  query.collection = kGroups;
  query.account = call.account.id;
  query.where = {{"default", store::Compare::Eq, {true}}};
  query.limit = 1;
  const store::Page page = snapshot.list(query);
  if (!page.rows.empty()) return page.rows.front().id;
  const api::ResourceEngine* groups = registry.engine(kGroups);
  const json::Value group = groups->make(
      {call.now, call.ids}, json::Value::object({{"name", "Default group"}, {"default", true}}));
  groups->put_new(call.account.id, call.now, group, effects);
  return std::string(group["id"].string());
}

void declare_groups(api::Registry& registry) {
  registry.resource({
      .path = "/sim_card_groups",
      .record_type = "sim_card_group",
      .defaults = R"({"default":false,"consumed_data":{"amount":"0.0","unit":"MB"}})",
      .used_by = {{std::string(kCards), "sim_card_group_id"}},
      .indexes = {{.path = "private_wireless_gateway_id"}, {.path = "wireless_blocklist_id"}},
      .on_delete = keep_default,
      .on_read = show_group,
  });
}

void declare_group_actions(api::Registry& registry) {
  const auto bind = [&registry](Op op, const GroupAction& action) {
    registry.bind(op, [&registry, action](const Call& call, const store::Snapshot& snapshot) {
      return start(registry, action, call, snapshot);
    });
  };
  bind(Op::SetPrivateWirelessGatewayForSimCardGroup, kSetGateway);
  bind(Op::RemoveSimCardGroupPrivateWirelessGateway, kRemoveGateway);
  bind(Op::SetWirelessBlocklistForSimCardGroup, kSetBlocklist);
  bind(Op::RemoveWirelessBlocklistForSimCardGroup, kRemoveBlocklist);
  registry.workflow(std::string(kFinish), finish);
  registry.resource({.path = "/sim_card_group_actions", .record_type = "sim_card_group_action"});
}

}  // namespace tandem::products::wireless
