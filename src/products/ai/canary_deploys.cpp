#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"

// Which share of an assistant's traffic other versions than the main one get.

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kCanaries = "ai_canary_deploys";
constexpr double kWhole = 100;

Result<json::Array, ApiError> read_shares(const Call& call, const store::Snapshot& snapshot) {
  json::Array shares;
  double sum = 0;
  size_t index = 0;
  for (const json::View item : call.body["versions"].items()) {
    const std::string pointer = "/versions/" + std::to_string(index++);
    const auto row = api::find_own(snapshot, call.account, kVersions, item["version_id"].string());
    if (!row || api::document_of(*row)["_assistant_id"].string() != call.param("assistant_id")) {
      return refuse("10017", "The assistant has no such version.", pointer + "/version_id");
    }
    sum += item["percentage"].number();
    shares.emplace_back(item);
  }
  if (shares.empty()) return refuse("10004", "A canary deploy names versions.", "/versions");
  if (sum > kWhole) return refuse("10015", "The shares are more than the whole.", "/versions");
  return shares;
}

Outcome reply_with(json::Value canary, Effects effects) {
  effects.reply = api::Reply::json(canary.text());
  return effects;
}

Outcome put(const api::Registry& registry, bool create, const Call& call,
            const store::Snapshot& snapshot) {
  const auto assistant =
      registry.engine(kAssistants)->find(call, snapshot, call.param("assistant_id"));
  if (!assistant) return tl::unexpected(assistant.error());
  const auto before = snapshot.get(kCanaries, assistant->id);
  if (create && before) return refuse("10012", "The assistant has a canary deploy already.");
  if (!create && !before) return refuse("10005", "The assistant has no canary deploy.");
  auto shares = read_shares(call, snapshot);
  if (!shares) return tl::unexpected(std::move(shares.error()));
  const std::string now = to_iso8601(call.now);
  json::Value canary =
      before ? api::document_of(*before)
             : json::Value::object({{"assistant_id", assistant->id}, {"created_at", now}});
  canary.set("versions", std::move(*shares));
  canary.set("updated_at", now);
  Effects effects;
  effects.put(std::string(kCanaries), assistant->id, call.account.id, canary,
              before ? before->revision : store::kNew, call.now);
  return reply_with(std::move(canary), std::move(effects));
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kCanaries, call.param("assistant_id"));
  if (!row) return tl::unexpected(row.error());
  return reply_with(api::document_of(*row), {});
}

Outcome remove(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kCanaries, call.param("assistant_id"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.remove(std::string(kCanaries), row->id, row->revision);
  effects.reply = api::Reply::empty();
  return effects;
}

}  // namespace

void declare_canary_deploys(api::Registry& registry) {
  registry.collection({.name = std::string(kCanaries), .indexes = {}});
  const auto bind = [&registry](Op op, bool create) {
    registry.bind(op, [&registry, create](const Call& call, const store::Snapshot& snapshot) {
      return put(registry, create, call, snapshot);
    });
  };
  bind(Op::CreateCanaryDeployAssistantsAssistantIdCanaryDeploysPost, true);
  bind(Op::UpdateCanaryDeployAssistantsAssistantIdCanaryDeploysPut, false);
  registry.bind(Op::GetCanaryDeployAssistantsAssistantIdCanaryDeploysGet, show);
  registry.bind(Op::DeleteCanaryDeployAssistantsAssistantIdCanaryDeploysDelete, remove);
}

}  // namespace tandem::products::ai
