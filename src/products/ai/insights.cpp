#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"

// Insights are questions that are put to a finished conversation; a group is what an assistant
// asks.

namespace tandem::products::ai {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr std::string_view kInsights = "ai_insights";
constexpr std::string_view kGroups = "ai_insight_groups";

/// The group's insights in full; one that was deleted is asked no more.
void show_insights(const Call& call, const store::Snapshot& snapshot, json::Value& group) {
  json::Array shown;
  if (group["_insights"].is_array()) {
    for (const json::Value& id : group["_insights"].items()) {
      const auto row = api::find_own(snapshot, call.account, kInsights, id.string());
      if (row) shown.push_back(api::document_of(*row));
    }
  }
  group.set("insights", std::move(shown));
}

Outcome assign(const api::Registry& registry, bool wanted, const Call& call,
               const store::Snapshot& snapshot) {
  const api::ResourceEngine* groups = registry.engine(kGroups);
  const auto row = groups->find(call, snapshot, call.param("group_id"));
  if (!row) return tl::unexpected(row.error());
  const auto insight = registry.engine(kInsights)->find(call, snapshot, call.param("insight_id"));
  if (!insight) return tl::unexpected(insight.error());
  json::Value group = api::document_of(*row);
  if (!group["_insights"].is_array()) group.set("_insights", json::Value::array());
  json::Array& ids = group.member("_insights").items();
  const auto found = std::find(ids.begin(), ids.end(), json::Value(insight->id));
  if (wanted && found == ids.end()) ids.emplace_back(insight->id);
  if (!wanted && found == ids.end()) {
    return api::refuse("10005", "The group does not ask this insight.");
  }
  if (!wanted) ids.erase(found);
  Effects effects;
  groups->put(*row, group, call.now, effects);
  json::Value body = json::Value::object();
  body.set("data", groups->shown(call, snapshot, std::move(group)));
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_insights(api::Registry& registry) {
  const auto bind = [&registry](Op op, bool wanted) {
    registry.bind(op, [&registry, wanted](const Call& call, const store::Snapshot& snapshot) {
      return assign(registry, wanted, call, snapshot);
    });
  };
  bind(Op::AssignInsightToGroup, true);
  bind(Op::UnassignInsightFromGroup, false);
  registry.resource({.path = "/ai/conversations/insights",
                     .collection = std::string(kInsights),
                     .item_path = "/ai/conversations/insights/{insight_id}",
                     .defaults = R"({"insight_type":"custom"})",
                     .on_update = keep_unnamed});
  registry.resource({.path = "/ai/conversations/insight-groups",
                     .collection = std::string(kGroups),
                     .item_path = "/ai/conversations/insight-groups/{group_id}",
                     .used_by = {{std::string(kAssistants), "insight_settings.insight_group_id"}},
                     .on_update = keep_unnamed,
                     .on_read = show_insights});
}

}  // namespace tandem::products::ai
