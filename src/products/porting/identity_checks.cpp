#include "products/porting/identity_checks.h"

#include <string>

#include "products/common/steps.h"
#include "products/porting/bind.h"
#include "products/porting/order_requirements.h"
#include "products/porting/porting.h"

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kActions = "porting_action_requirements";
constexpr std::string_view kCheckIdentity = "porting.check_identity";

Outcome initiate(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* actions = registry.engine(kActions);
  const auto row = actions->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value action = api::document_of(*row);
  if (action["porting_order_id"].string() != call.param("porting_order_id")) {
    return refuse("10005", "The order has no such action.");
  }
  if (action["status"].string() != "created") {
    return refuse("10015", "The action was initiated before.");
  }
  action.set("status", "pending");
  action.set("_params", json::Value(call.body["params"]));
  Effects effects;
  actions->put(*row, action, call.now, effects);
  effects.timers.push_back(
      document_timer(kCheckIdentity, row->id, call.account.id, call.now + kDecisionTime));
  effects.reply = actions->reply(call, snapshot, action);
  return effects;
}

Effects check(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto action = step_document(step, snapshot, kActions);
  if (!action || action->fields["status"].string() != "pending") return effects;
  action->fields.set("status", "completed");
  put_back(kActions, *action, step.now, effects);
  return effects;
}

}  // namespace

void ask_identity(const store::Snapshot& snapshot, const json::Value& order,
                  std::string_view account, api::Moment moment, Effects& effects) {
  if (order["_country"].string() != "AU") return;
  const std::vector<json::Value> types = asked_of(snapshot, order);
  if (types.empty()) return;
  const json::Value* type = &types.front();
  for (const json::Value& one : types) {
    if (one["name"].string() == "Identity document") type = &one;
  }
  const std::string id = moment.ids.uuid();
  const std::string now = to_iso8601(moment.now);
  effects.put(std::string(kActions), id, std::string(account),
              json::Value::object({{"id", id},
                                   {"record_type", "porting_action_requirement"},
                                   {"action_type", "au_id_verification"},
                                   {"status", "created"},
                                   {"action_url", nullptr},
                                   {"cancel_reason", nullptr},
                                   {"porting_order_id", order["id"]},
                                   {"requirement_type_id", (*type)["id"]},
                                   {"created_at", now},
                                   {"updated_at", now}}),
              store::kNew, moment.now);
}

void declare_identity_checks(api::Registry& registry) {
  bind(registry, Op::InitiatePortingActionRequirement, initiate);
  registry.workflow(std::string(kCheckIdentity), check);
  registry.resource({.path = "/porting_orders/{porting_order_id}/action_requirements",
                     .collection = std::string(kActions),
                     .record_type = "porting_action_requirement",
                     .parent_field = "porting_order_id",
                     .parent_collection = std::string(kOrders)});
}

}  // namespace tandem::products::porting
