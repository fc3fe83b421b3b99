#include "products/voice/turn.h"

#include <memory>
#include <utility>

#include "products/voice/call_log.h"

namespace tandem::products::voice {
namespace {

/// Legs of one session, or of one dial.
constexpr int64_t kMostLegs = 100;

events::Target target_of(const CallState& call) {
  events::Target target{call.webhook_url, call.webhook_failover_url};
  if (call.webhook_v1) target.shape = events::Target::Shape::V1;
  if (call.webhook_get) target.method = events::Target::Method::Get;
  return target;
}

/// What every event says of its call.
json::Value common_payload(const CallState& call) {
  json::Value payload = json::Value::object({{"call_control_id", call.id},
                                             {"connection_id", call.connection_id},
                                             {"call_leg_id", call.leg_id},
                                             {"call_session_id", call.session_id}});
  if (!call.client_state.empty()) payload.set("client_state", call.client_state);
  payload.set("from", call.from);
  payload.set("to", call.to);
  return payload;
}

}  // namespace

Turn::Turn(api::Moment moment, const store::Snapshot& snapshot, const Office& office)
    : moment_(moment), snapshot_(snapshot), office_(office) {}

CallState& Turn::load(store::Row row) {
  for (Loaded& loaded : calls_) {
    if (loaded.call.id == row.id) return loaded.call;
  }
  CallState call = read_call(row);
  return calls_.emplace_back(Loaded{std::move(call), row.revision, std::move(row.body)}).call;
}

CallState* Turn::find(std::string_view id) {
  if (id.empty()) return nullptr;
  for (Loaded& loaded : calls_) {
    if (loaded.call.id == id) return &loaded.call;
  }
  auto row = snapshot_.get(kCalls, id);
  return row ? &load(std::move(*row)) : nullptr;
}

CallState* Turn::find_alive(std::string_view id) {
  CallState* call = find(id);
  return call && call->alive() ? call : nullptr;
}

CallState& Turn::add(CallState call) {
  return calls_.emplace_back(Loaded{std::move(call), store::kNew, {}}).call;
}

std::vector<CallState*> Turn::having(std::string_view account, std::string_view field,
                                     std::string_view value) {
  store::Query query;
  query.collection = kCalls;
  query.account = account;
  query.where = {{std::string(field), store::Compare::Eq, {std::string(value)}}};
  query.limit = kMostLegs;
  std::vector<CallState*> found;
  store::Page page = snapshot_.list(query);
  for (store::Row& row : page.rows) {
    CallState& call = load(std::move(row));
    if (call.alive()) found.push_back(&call);
  }
  return found;
}

uint64_t Turn::start_timer(CallState& call, std::chrono::milliseconds delay) {
  const uint64_t token = next_token(call);
  order(orders::StartTimer{call.id, token, delay});
  return token;
}

void Turn::tell(const CallState& call, std::string_view type, json::Value more) {
  json::Value payload = common_payload(call);
  if (more.is_object()) {
    for (auto& [name, value] : more.members()) payload.set(name, std::move(value));
  }
  events::Event event;
  event.id = moment_.ids.uuid();
  event.account = call.account;
  event.type = type;
  event.subject = call.id;
  event.payload = payload.text();
  event.occurred_at = moment_.now;
  event.target = target_of(call);
  log_webhook(call, event, effects_);
  effects_.events.push_back(std::move(event));
}

void Turn::log_command(const CallState& call, std::string_view name, std::string_view body) {
  voice::log_command(call, name, body, moment_, effects_);
}

api::Effects Turn::effects(Engine& engine) {
  for (const Loaded& loaded : calls_) {
    std::string document = to_document(loaded.call);
    if (document == loaded.before) continue;
    effects_.batch.puts.push_back({.collection = std::string(kCalls),
                                   .id = loaded.call.id,
                                   .account = loaded.call.account,
                                   .body = std::move(document),
                                   .expected = loaded.revision,
                                   .created_at = moment_.now});
  }
  if (!orders_.empty()) {
    effects_.after_commit.emplace_back(
        [&engine, orders = std::move(orders_)]() mutable { engine.carry_out(std::move(orders)); });
  }
  return std::move(effects_);
}

}  // namespace tandem::products::voice
