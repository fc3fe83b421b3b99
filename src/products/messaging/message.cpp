#include "products/messaging/message.h"

#include "contract/error.h"

namespace tandem::products::messaging {
namespace {

using store::Compare;

constexpr std::string_view kDue = "_due";
constexpr int kUsualPriority = 1;

std::string due_prefix(Stage stage) { return {static_cast<char>(stage), '/'}; }

events::Target target_of(const json::Value& message) {
  events::Target target;
  target.url = message["webhook_url"].string();
  target.failover_url = message["webhook_failover_url"].string();
  if (message["_webhook"].string() == "1") target.shape = events::Target::Shape::V1;
  return target;
}

}  // namespace

void set_due(json::Value& message, Stage stage, WallTime at) {
  std::string due = due_prefix(stage);
  // Only a queue knows priorities; everywhere else the time alone decides.
  if (stage == Stage::Queued) {
    due += std::to_string(message["_priority"].integer(kUsualPriority)) + '/';
  }
  message.set(kDue, due + to_iso8601(at));
}

void clear_due(json::Value& message) { message.members().erase(kDue); }

std::optional<Stage> stage_of(const json::Value& message) {
  const std::string_view due = message[kDue].string();
  if (due.empty()) return std::nullopt;
  return static_cast<Stage>(due.front());
}

WallTime due_of(const json::Value& message) {
  const std::string_view due = message[kDue].string();
  const size_t slash = due.rfind('/');
  if (slash == std::string_view::npos) return {};
  return parse_iso8601(due.substr(slash + 1)).value_or(WallTime());
}

store::Query waiting_in(Stage stage, std::optional<WallTime> until, int64_t limit) {
  store::Query query;
  query.collection = kMessages;
  const std::string prefix = due_prefix(stage);
  query.where.push_back({std::string(kDue), Compare::Gte, {prefix}});
  const std::string end = until ? prefix + to_iso8601(*until) : prefix + "~";
  query.where.push_back({std::string(kDue), Compare::Lte, {end}});
  query.order = {{std::string(kDue), false}};
  query.limit = limit;
  return query;
}

void set_status(json::Value& message, std::string_view status) {
  message.set("_status", status);
  for (json::Value& receiver : message.member("to").items()) receiver.set("status", status);
}

void set_receiver_status(json::Value& message, size_t receiver, std::string_view status) {
  auto& receivers = message.member("to").items();
  if (receiver < receivers.size()) receivers[receiver].set("status", status);
}

std::string_view status_of(const json::Value& message) { return message["_status"].string(); }

void add_error(json::Value& message, int code, std::string_view detail) {
  const std::string text = std::to_string(code);
  const auto* entry = contract::catalogue(text);
  json::Value error = json::Value::object({{"code", text}, {"title", entry ? entry->title : text}});
  if (!detail.empty()) error.set("detail", detail);
  message.member("errors").push(std::move(error));
}

json::Value shown(const json::Value& message) {
  json::Value result = json::Value::object();
  for (const auto& [name, value] : message.members()) {
    if (name.front() != '_') result.set(name, value);
  }
  return result;
}

void tell(const json::Value& message, std::string_view account, std::string_view type, WallTime now,
          Ids& ids, api::Effects& effects) {
  effects.events.push_back({.id = ids.uuid(),
                            .account = std::string(account),
                            .type = std::string(type),
                            .subject = std::string(message["id"].string()),
                            .payload = shown(message).text(),
                            .occurred_at = now,
                            .target = target_of(message)});
}

Drafts::Draft* Drafts::find(std::string_view id) {
  const auto known = drafts_.find(id);
  if (known != drafts_.end()) return &known->second;
  auto row = snapshot_.get(kMessages, id);
  return row ? take(std::move(*row)) : nullptr;
}

Drafts::Draft* Drafts::take(store::Row row) {
  auto message = json::Value::parse(row.body);
  if (!message) return nullptr;
  std::string id = row.id;
  return &drafts_.try_emplace(std::move(id), Draft{std::move(row), std::move(*message), false})
              .first->second;
}

void Drafts::finish(api::Effects& effects) {
  for (auto& [id, draft] : drafts_) {
    if (!draft.changed) continue;
    effects.put(std::string(kMessages), id, draft.row.account, draft.message, draft.row.revision);
  }
}

}  // namespace tandem::products::messaging
