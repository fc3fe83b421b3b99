#include "products/messaging/message.h"

#include <algorithm>
#include <unordered_map>

#include "contract/error.h"

namespace tandem::products::messaging {
namespace {

using store::Compare;

constexpr std::string_view kDue = "_due";
constexpr int kUsualPriority = 1;
constexpr size_t kUsualBytes = 2'048;

std::string due_prefix(Stage stage) { return {static_cast<char>(stage), '/'}; }

events::Target target_of(const json::Value& message) {
  events::Target target;
  target.url = message["webhook_url"].string();
  target.failover_url = message["webhook_failover_url"].string();
  if (message["_webhook"].string() == "1") target.shape = events::Target::Shape::V1;
  return target;
}

/// One change of each counter: its bounds hold for the sum.
void add_up(std::vector<store::Adjust>& adjusts) {
  std::unordered_map<std::string_view, size_t> places;
  std::vector<store::Adjust> sums;
  sums.reserve(adjusts.size());  // the names stay where they are
  for (store::Adjust& adjust : adjusts) {
    const auto known = places.find(adjust.key);
    if (known == places.end()) {
      sums.push_back(std::move(adjust));
      places.emplace(sums.back().key, sums.size() - 1);
      continue;
    }
    store::Adjust& sum = sums[known->second];
    sum.delta += adjust.delta;
    sum.min = std::max(sum.min, adjust.min);
    sum.max = std::min(sum.max, adjust.max);
  }
  adjusts = std::move(sums);
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
  return stage_in(message[kDue].string());
}

std::optional<Stage> stage_in(std::string_view due) {
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

store::Query queued_from(const std::string& due, int64_t limit) {
  store::Query query = waiting_in(Stage::Queued, {}, limit);
  if (!due.empty()) query.where.front().values = {due};
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

std::string queue_counter(std::string_view account) {
  return "messaging/queue/" + std::string(account);
}

std::string_view status_of(const json::Value& message) { return message["_status"].string(); }

void add_error(json::Value& message, int code, std::string_view detail) {
  const std::string text = std::to_string(code);
  const auto* entry = contract::catalogue(text);
  json::Value error = json::Value::object({{"code", text}, {"title", entry ? entry->title : text}});
  if (!detail.empty()) error.set("detail", detail);
  message.member("errors").push(std::move(error));
}

std::string shown(const json::Value& message) {
  std::string text = "{";
  text.reserve(kUsualBytes);
  for (const auto& [name, value] : message.members()) {
    if (name.front() == '_') continue;
    if (text.size() > 1) text += ',';
    json::append_quoted(text, name);
    text += ':';
    value.append_text(text);
  }
  text += '}';
  return text;
}

std::string shown_as_data(const json::Value& message) {
  return R"({"data":)" + shown(message) + '}';
}

std::string tell(const json::Value& message, std::string_view account, std::string_view type,
                 WallTime now, Ids& ids, api::Effects& effects) {
  std::string id = ids.uuid();
  effects.events.push_back({.id = id,
                            .account = std::string(account),
                            .type = std::string(type),
                            .subject = std::string(message["id"].string()),
                            .payload = shown(message),
                            .occurred_at = now,
                            .target = target_of(message)});
  return id;
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
  Draft draft;
  draft.row = std::move(row);
  draft.message = std::move(*message);
  draft.was_queued = stage_of(draft.message) == Stage::Queued;
  return &drafts_.try_emplace(std::move(id), std::move(draft)).first->second;
}

void Drafts::finish(api::Effects& effects) {
  for (auto& [id, draft] : drafts_) {
    if (!draft.changed) continue;
    effects.put(std::string(kMessages), id, draft.row.account, draft.message, draft.row.revision);
    const auto stage = stage_of(draft.message);
    const int64_t joined = int{stage == Stage::Queued} - int{draft.was_queued};
    if (joined != 0) {
      effects.batch.adjusts.push_back({.key = queue_counter(draft.row.account), .delta = joined});
    }
    if (!stage) continue;
    const json::Value row = json::Value::object({{"message", id}});
    for (std::string& key : draft.new_keys) {
      effects.put(std::string(kParts), std::move(key), draft.row.account, row);
    }
  }
  add_up(effects.batch.adjusts);
}

}  // namespace tandem::products::messaging
