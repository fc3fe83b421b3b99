#include "products/voice/queues.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "contract/operations.h"

namespace tandem::products::voice {
namespace {

using api::Outcome;
using contract::Op;

constexpr int64_t kDefaultSize = 100;
constexpr int64_t kMostListed = 1'000;

std::string queue_key(std::string_view account, std::string_view name) {
  return std::string(account).append("/").append(name);
}

store::Query calls_of(std::string_view key) {
  store::Query query;
  query.collection = kCalls;
  query.account = key.substr(0, key.find('/'));
  query.where = {{"queue", store::Compare::Eq, {std::string(key)}}};
  query.order = {{"enqueued_ms", false}};
  query.limit = kMostListed;
  return query;
}

std::string_view name_of(std::string_view key) { return key.substr(key.find('/') + 1); }

int64_t average_wait(const json::Value& queue) {
  const int64_t left = queue["_left"].integer();
  return left == 0 ? 0 : queue["_waited_secs"].integer() / left;
}

json::Value new_queue(Turn& turn, std::string_view name, int64_t max_size) {
  const std::string now = to_iso8601(turn.now());
  return json::Value::object({{"id", turn.ids().uuid()},
                              {"record_type", "queue"},
                              {"name", name},
                              {"max_size", max_size},
                              {"created_at", now},
                              {"updated_at", now}});
}

json::Value queue_call(const CallState& call, const json::Value& queue, int64_t position,
                       WallTime now) {
  const int64_t waited = now.time_since_epoch().count() - call.enqueued_ms;
  return json::Value::object({{"record_type", "queue_call"},
                              {"call_control_id", call.id},
                              {"call_leg_id", call.leg_id},
                              {"call_session_id", call.session_id},
                              {"connection_id", call.connection_id},
                              {"enqueued_at", to_iso8601(WallTime(Millis(call.enqueued_ms)))},
                              {"from", call.from},
                              {"to", call.to},
                              {"queue_id", queue["id"]},
                              {"queue_position", position},
                              {"wait_time_secs", waited / 1000}});
}

Result<json::Value, api::ApiError> own_queue(const api::Call& call,
                                             const store::Snapshot& snapshot) {
  auto row = snapshot.get(kQueues, queue_key(call.account.id, call.param("queue_name")));
  if (!row) return tl::unexpected(api::ApiError::not_found("There is no queue of this name."));
  return api::document_of(*row);
}

Outcome show_queue(const api::Call& call, const store::Snapshot& snapshot) {
  const auto queue = own_queue(call, snapshot);
  if (!queue) return tl::unexpected(queue.error());
  json::Value shown;
  for (const auto& [name, value] : queue->members()) {
    if (!name.starts_with('_')) shown.set(name, value);
  }
  const std::string key = queue_key(call.account.id, call.param("queue_name"));
  shown.set("current_size", snapshot.count(calls_of(key)));
  shown.set("average_wait_time_secs", average_wait(*queue));
  api::Effects effects;
  effects.reply = api::Reply::data(shown);
  return effects;
}

Outcome list_queue_calls(const api::Call& call, const store::Snapshot& snapshot) {
  const auto queue = own_queue(call, snapshot);
  if (!queue) return tl::unexpected(queue.error());
  const std::string key = queue_key(call.account.id, call.param("queue_name"));
  const auto rows = snapshot.list(calls_of(key)).rows;
  const int64_t size = call.query.page_size;
  const int64_t number = call.query.page_number;
  const auto total = static_cast<int64_t>(rows.size());
  json::Value data = json::Value::array();
  const int64_t first = (number - 1) * size;
  for (int64_t at = first; at < std::min(total, first + size); ++at) {
    data.push(queue_call(read_call(rows[static_cast<size_t>(at)]), *queue, at + 1, call.now));
  }
  api::Effects effects;
  effects.reply = api::Reply::json(
      json::Value::object({{"data", std::move(data)},
                           {"meta", json::Value::object({{"page_number", number},
                                                         {"page_size", size},
                                                         {"total_pages", (total + size - 1) / size},
                                                         {"total_results", total}})}})
          .text());
  return effects;
}

Outcome show_queue_call(const api::Call& call, const store::Snapshot& snapshot) {
  const auto queue = own_queue(call, snapshot);
  if (!queue) return tl::unexpected(queue.error());
  const std::string key = queue_key(call.account.id, call.param("queue_name"));
  int64_t position = 0;
  for (const store::Row& row : snapshot.list(calls_of(key)).rows) {
    ++position;
    if (row.id != call.param("call_control_id")) continue;
    api::Effects effects;
    effects.reply = api::Reply::data(queue_call(read_call(row), *queue, position, call.now));
    return effects;
  }
  return tl::unexpected(api::ApiError::not_found("The call is not in this queue."));
}

}  // namespace

Result<void, api::ApiError> enqueue(Turn& turn, CallState& call, std::string_view queue,
                                    std::optional<int64_t> max_size, int64_t max_wait_secs) {
  if (!call.queue.empty()) return api::refuse("90038", "The call is in a queue already.");
  const std::string key = queue_key(call.account, queue);
  const auto row = turn.snapshot().get(kQueues, key);
  json::Value document =
      row ? api::document_of(*row) : new_queue(turn, queue, max_size.value_or(kDefaultSize));
  const int64_t most = document["max_size"].integer();
  if (row && max_size && *max_size != most) {
    return api::refuse("90037", "The queue was made with another max_size.", "/max_size");
  }
  const int64_t waiting = turn.snapshot().count(calls_of(key));
  if (waiting >= most) return api::refuse("90036", "The queue is full.");
  document.set("updated_at", to_iso8601(turn.now()));
  turn.extra().put(std::string(kQueues), key, call.account, document,
                   row ? row->revision : store::kNew, turn.now());
  call.queue = key;
  call.enqueued_ms = turn.now_ms();
  if (max_wait_secs > 0) {
    call.queue_timer = turn.start_timer(call, std::chrono::seconds(max_wait_secs));
  }
  turn.tell(call, "call.enqueued",
            json::Value::object({{"queue", queue},
                                 {"current_position", waiting + 1},
                                 {"queue_avg_wait_time_secs", average_wait(document)}}));
  return {};
}

void leave_queue(Turn& turn, CallState& call, std::string_view reason) {
  if (call.queue.empty()) return;
  const std::string key = std::exchange(call.queue, {});
  call.queue_timer = 0;
  const int64_t waited = (turn.now_ms() - call.enqueued_ms) / 1000;
  int64_t position = 1;
  for (const store::Row& row : turn.snapshot().list(calls_of(key)).rows) {
    if (row.id == call.id) break;
    ++position;
  }
  if (const auto row = turn.snapshot().get(kQueues, key)) {
    json::Value document = api::document_of(*row);
    document.set("_left", document["_left"].integer() + 1);
    document.set("_waited_secs", document["_waited_secs"].integer() + waited);
    document.set("updated_at", to_iso8601(turn.now()));
    turn.extra().put(std::string(kQueues), key, call.account, document, row->revision);
  }
  turn.tell(call, "call.dequeued",
            json::Value::object({{"queue", name_of(key)},
                                 {"queue_position", position},
                                 {"reason", reason},
                                 {"wait_time_secs", waited}}));
}

CallState* first_in_queue(Turn& turn, std::string_view account, std::string_view queue) {
  store::Query query = calls_of(queue_key(account, queue));
  query.limit = 1;
  const auto rows = turn.snapshot().list(query).rows;
  return rows.empty() ? nullptr : turn.find_alive(rows.front().id);
}

void declare_queues(api::Registry& registry) {
  registry.collection({std::string(kQueues), {}});
  registry.bind(Op::RetrieveCallQueue, show_queue);
  registry.bind(Op::ListQueueCalls, list_queue_calls);
  registry.bind(Op::RetrieveCallFromQueue, show_queue_call);
}

}  // namespace tandem::products::voice
