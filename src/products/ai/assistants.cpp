#include <string>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"
#include "products/ai/versions.h"

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using contract::Op;

Result<void, ApiError> make(Draft& draft) {
  json::Value& assistant = draft.document;
  assistant.set("_main", keep_version(assistant, draft.call.account.id,
                                      {draft.call.now, draft.call.ids}, draft.effects));
  return {};
}

/// Each change is a version. One that shall not be promoted leaves the assistant as it is.
Result<void, ApiError> change(Draft& draft) {
  json::Value& assistant = draft.document;
  assistant.members().erase("promote_to_main");
  const bool promote = draft.call.body["promote_to_main"].boolean(true);
  const std::string version = keep_version(assistant, draft.call.account.id,
                                           {draft.call.now, draft.call.ids}, draft.effects);
  if (promote) {
    assistant.set("_main", version);
  } else {
    assistant = *draft.before;
  }
  return {};
}

Result<void, ApiError> remove(Draft& draft) {
  const std::string id(draft.document["id"].string());
  drop_versions(draft.snapshot, draft.call.account.id, id, draft.effects);
  draft.effects.remove("ai_canary_deploys", id);
  draft.effects.reply = api::Reply::json(
      json::Value::object({{"id", id}, {"object", "assistant"}, {"deleted", true}}).text(), 200);
  return {};
}

/// A copy has neither the numbers nor the profile of the original.
Outcome clone(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* assistants = registry.engine(kAssistants);
  const auto row = assistants->find(call, snapshot, call.param("assistant_id"));
  if (!row) return tl::unexpected(row.error());
  json::Value input = api::document_of(*row);
  for (const char* name : {"id", "created_at", "_main", "telephony_settings", "messaging_settings",
                           "enabled_features"}) {
    input.members().erase(name);
  }
  input.set("name", fmt::format("{} (copy)", input["name"].string()));
  json::Value copy = assistants->make({call.now, call.ids}, input);
  Effects effects;
  copy.set("_main", keep_version(copy, call.account.id, {call.now, call.ids}, effects));
  assistants->put_new(call.account.id, call.now, copy, effects);
  effects.reply = assistants->reply(call, snapshot, copy);
  return effects;
}

/// The instructions that hand a call to the assistant.
Outcome show_texml(const api::Registry& registry, const Call& call,
                   const store::Snapshot& snapshot) {
  const auto row = registry.engine(kAssistants)->find(call, snapshot, call.param("assistant_id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value texml(
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n  <Connect>\n"
                  "    <AIAssistant id=\"{}\" />\n  </Connect>\n</Response>\n",
                  row->id));
  Effects effects;
  effects.reply = api::Reply::json(texml.text());
  return effects;
}

}  // namespace

void declare_assistants(api::Registry& registry) {
  registry.bind(Op::CloneAssistantPublicAssistantsAssistantIdClonePost,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return clone(registry, call, snapshot);
                });
  registry.bind(Op::GetAssistantTexmlPublicAssistantsAssistantIdTexmlGet,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return show_texml(registry, call, snapshot);
                });
  registry.resource({
      .path = "/ai/assistants",
      .collection = std::string(kAssistants),
      .item_path = "/ai/assistants/{assistant_id}",
      .references = {{"insight_settings.insight_group_id", "ai_insight_groups"},
                     {"messaging_settings.default_messaging_profile_id", "messaging_profiles"},
                     {"llm_api_key_ref", "integration_secrets", "identifier"}},
      .indexes = {{.path = "insight_settings.insight_group_id"}},
      .on_create = make,
      .on_update = change,
      .on_delete = remove,
  });
}

}  // namespace tandem::products::ai
