#include "products/ai/versions.h"

#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr int64_t kMostVersions = 1'000;  // that are listed, of one assistant
constexpr std::string_view kCanaries = "ai_canary_deploys";

store::Query versions_of(std::string_view account, std::string_view assistant_id) {
  store::Query query;
  query.collection = kVersions;
  query.account = std::string(account);
  query.where = {{"_assistant_id", Compare::Eq, {std::string(assistant_id)}}};
  query.limit = kMostVersions;
  return query;
}

/// A version as it is answered: the assistant as it would be, with the version's own id.
json::Value shown(const json::Value& version) {
  json::Value out = version;
  out.members().erase("_assistant_id");
  return out;
}

Result<store::Row, ApiError> find_version(const Call& call, const store::Snapshot& snapshot) {
  auto row = api::find_own(snapshot, call.account, kVersions, call.param("version_id"));
  if (!row) return row;
  if (api::document_of(*row)["_assistant_id"].string() == call.param("assistant_id")) return row;
  return refuse("10005", "The assistant has no such version.");
}

api::Reply reply(const json::Value& document) { return api::Reply::json(shown(document).text()); }

Outcome list(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row = registry.engine(kAssistants)->find(call, snapshot, call.param("assistant_id"));
  if (!row) return tl::unexpected(row.error());
  json::Array data;
  for (const store::Row& version : snapshot.list(versions_of(call.account.id, row->id)).rows) {
    data.push_back(shown(api::document_of(version)));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_version(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = reply(api::document_of(*row));
  return effects;
}

bool is_main(const Call& call, const store::Snapshot& snapshot, std::string_view version_id) {
  const auto row = snapshot.get(kAssistants, call.param("assistant_id"));
  return row && api::document_of(*row)["_main"].string() == version_id;
}

/// What the main version says is what the assistant says: it changes with the assistant only.
Outcome change(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_version(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  if (is_main(call, snapshot, row->id)) {
    return refuse("10015", "The main version changes with the assistant itself.");
  }
  json::Value version = api::document_of(*row);
  for (const auto& [name, value] : call.body.members()) version.set(name, json::Value(value));
  Effects effects;
  effects.put(std::string(kVersions), row->id, row->account, version, row->revision);
  effects.reply = reply(version);
  return effects;
}

/// Whether the version gets a share of the traffic.
bool is_tried(const Call& call, const store::Snapshot& snapshot, std::string_view version_id) {
  const auto row = snapshot.get(kCanaries, call.param("assistant_id"));
  if (!row) return false;
  const json::Value canary = api::document_of(*row);
  for (const json::Value& share : canary["versions"].items()) {
    if (share["version_id"].string() == version_id) return true;
  }
  return false;
}

Outcome remove(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_version(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  if (is_main(call, snapshot, row->id)) {
    return refuse("10021", "The main version can't be deleted: promote another one first.");
  }
  if (is_tried(call, snapshot, row->id)) {
    return refuse("10021", "A canary deploy uses this version.");
  }
  Effects effects;
  effects.remove(std::string(kVersions), row->id, row->revision);
  effects.reply = api::Reply::empty();
  return effects;
}

Outcome promote(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* assistants = registry.engine(kAssistants);
  const auto before = assistants->find(call, snapshot, call.param("assistant_id"));
  if (!before) return tl::unexpected(before.error());
  const auto row = find_version(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  json::Value assistant = shown(api::document_of(*row));
  assistant.members().erase("version_id");
  assistant.set("created_at", api::document_of(*before)["created_at"]);
  assistant.set("_main", row->id);
  Effects effects;
  assistants->put(*before, assistant, call.now, effects);
  effects.reply = assistants->reply(call, snapshot, assistant);
  return effects;
}

}  // namespace

std::string keep_version(const json::Value& assistant, std::string_view account, api::Moment moment,
                         Effects& effects) {
  json::Value version = assistant;
  version.members().erase("_main");
  const std::string id = moment.ids.uuid();
  version.set("version_id", id);
  version.set("created_at", to_iso8601(moment.now));
  version.set("_assistant_id", assistant["id"]);
  effects.put(std::string(kVersions), id, std::string(account), version, store::kNew, moment.now);
  return id;
}

void drop_versions(const store::Snapshot& snapshot, std::string_view account,
                   std::string_view assistant_id, Effects& effects) {
  for (const store::Row& row : snapshot.list(versions_of(account, assistant_id)).rows) {
    effects.remove(std::string(kVersions), row.id);
  }
}

void declare_versions(api::Registry& registry) {
  registry.collection({.name = std::string(kVersions), .indexes = {{.path = "_assistant_id"}}});
  registry.bind(Op::GetAssistantVersionsPublicAssistantsAssistantIdVersionsGet,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return list(registry, call, snapshot);
                });
  registry.bind(Op::GetAssistantVersionPublicAssistantsAssistantIdVersionsVersionIdGet, show);
  registry.bind(Op::UpdateAssistantVersionPublicAssistantsAssistantIdVersionsVersionIdPost, change);
  registry.bind(Op::DeleteAssistantVersionPublicAssistantsAssistantIdVersionsVersionIdDelete,
                remove);
  registry.bind(Op::PromoteAssistantVersionPublicAssistantsAssistantIdVersionsVersionIdPromotePost,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return promote(registry, call, snapshot);
                });
}

}  // namespace tandem::products::ai
