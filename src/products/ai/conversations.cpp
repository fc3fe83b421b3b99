#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"
#include "products/ai/conversation_filters.h"

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kMessages = "ai_conversation_messages";
constexpr int64_t kMostRemoved = 10'000;  // messages that go with their conversation

Result<void, ApiError> make(Draft& draft) {
  json::Value& conversation = draft.document;
  if (!conversation["metadata"].is_object()) conversation.set("metadata", json::Value::object());
  conversation.set("last_message_at", to_iso8601(draft.call.now));
  return {};
}

Result<void, ApiError> remove(Draft& draft) {
  store::Query query;
  query.collection = kMessages;
  query.account = draft.call.account.id;
  query.where = {
      {"_conversation_id", store::Compare::Eq, {std::string(draft.document["id"].string())}}};
  query.limit = kMostRemoved;
  for (const store::Row& row : draft.snapshot.list(query).rows) {
    draft.effects.remove(std::string(kMessages), row.id);
  }
  return {};
}

bool is_role(std::string_view role) {
  return role == "user" || role == "assistant" || role == "tool";
}

Outcome add_message(const api::Registry& registry, const Call& call,
                    const store::Snapshot& snapshot) {
  const api::ResourceEngine* conversations = registry.engine(kConversations);
  const auto row = conversations->find(call, snapshot, call.param("conversation_id"));
  if (!row) return tl::unexpected(row.error());
  if (!is_role(call.body["role"].string())) {
    return refuse("10015", "A role is user, assistant or tool.", "/role");
  }
  const std::string now = to_iso8601(call.now);
  const std::string id = call.ids.uuid();
  json::Value message = json::Value::object({{"role", call.body["role"].string()},
                                             {"text", call.body["content"].string()},
                                             {"created_at", now},
                                             {"sent_at", call.body["sent_at"].string(now)},
                                             {"_id", id},
                                             {"_conversation_id", row->id}});
  if (call.body["tool_calls"].is_array()) {
    message.set("tool_calls", json::Value(call.body["tool_calls"]));
  }
  json::Value conversation = api::document_of(*row);
  conversation.set("last_message_at", now);
  Effects effects;
  effects.put(std::string(kMessages), id, call.account.id, message, store::kNew, call.now);
  conversations->put(*row, conversation, call.now, effects);
  effects.reply =
      api::Reply::json(registry.engine(kMessages)->shown(call, snapshot, message).text());
  return effects;
}

}  // namespace

void declare_conversations(api::Registry& registry) {
  registry.bind(Op::AddNewMessage, [&registry](const Call& call, const store::Snapshot& snapshot) {
    return add_message(registry, call, snapshot);
  });
  std::vector<api::FilterField> filters = {{"limit", ""}, {"order", ""}, {"or", ""}};
  for (const std::string_view name : kConversationFilters) {
    filters.push_back({std::string(name), ""});
  }
  registry.resource({.path = "/ai/conversations",
                     .collection = std::string(kConversations),
                     .item_path = "/ai/conversations/{conversation_id}",
                     .filters = std::move(filters),
                     .on_create = make,
                     .on_delete = remove,
                     .on_list = filter_conversations});
  registry.resource({.path = "/ai/conversations/{conversation_id}/messages",
                     .collection = std::string(kMessages),
                     .id_field = "_id",
                     .parent_field = "_conversation_id",
                     .parent_collection = std::string(kConversations)});
  registry.resource({.path = "/ai/conversations/{conversation_id}/conversations-insights",
                     .collection = "ai_conversation_insights",
                     .parent_field = "_conversation_id",
                     .parent_collection = std::string(kConversations)});
}

}  // namespace tandem::products::ai
