#include "products/voice/call_log.h"

#include <string>
#include <utility>

namespace tandem::products::voice {
namespace {

constexpr size_t kFrameBytes = 768;  // of a line, beside its metadata

struct Line {
  std::string id;
  std::string_view type;
  std::string_view name;
  std::string_view metadata;
  WallTime at;
};

void add_line(const CallState& call, Line line, api::Effects& effects) {
  store::Put put{.collection = std::string(kCallEvents),
                 .id = std::move(line.id),
                 .account = call.account,
                 .body = {},
                 .expected = store::kNew,
                 .created_at = line.at};
  put.body.reserve(line.metadata.size() + kFrameBytes);
  json::Writer out(put.body);
  out.object()
      .member("record_type", "call_event")
      .member("id", put.id)
      .member("type", line.type)
      .member("name", line.name)
      .member("call_leg_id", call.leg_id)
      .member("call_session_id", call.session_id)
      .member("event_timestamp", to_iso8601(line.at))
      .raw_member("metadata", line.metadata)
      .member("_connection_id", call.connection_id)
      .member("_profile_id", call.profile_id)
      .member("_from", call.from)
      .member("_to", call.to)
      .member("_product", "call_control")
      .member("_status", call.alive() ? "in_progress" : "completed")
      .member("_failed", false)
      .end();
  effects.batch.puts.push_back(std::move(put));
}

/// Of a webhook the metadata is what it said.
void complete(const api::Call&, const store::Snapshot& snapshot, json::Value& line) {
  if (line["type"].string() != "webhook") return;
  const auto event = events::find_event(snapshot, line["id"].string());
  if (!event) return;
  auto payload = json::Value::parse(event->payload);
  if (payload) line.set("metadata", std::move(*payload));
}

}  // namespace

void log_command(const CallState& call, std::string_view name, std::string_view body,
                 api::Moment moment, api::Effects& effects) {
  const std::string_view metadata = body.starts_with('{') ? body : "{}";
  add_line(call, {moment.ids.uuid(), "command", name, metadata, moment.now}, effects);
}

void log_webhook(const CallState& call, const events::Event& event, api::Effects& effects) {
  add_line(call, {event.id, "webhook", event.type, "{}", event.occurred_at}, effects);
}

void declare_call_log(api::Registry& registry) {
  registry.resource({
      .path = "/call_events",
      .record_type = "call_event",
      .indexes = {{.path = "call_leg_id"}, {.path = "call_session_id"}},
      // Every call writes some of these, and nobody asks for all that are called alike.
      .unindexed = {"name", "type"},
      .filters = {{"leg_id", "call_leg_id"},
                  {"application_session_id", "call_session_id"},
                  {"connection_id", "_connection_id"},
                  {"outbound.outbound_voice_profile_id", "_profile_id"},
                  {"occurred_at", "created_at"},
                  {"from", "_from"},
                  {"to", "_to"},
                  {"product", "_product"},
                  {"status", "_status"},
                  {"failed", "_failed"},
                  {"application_name", "_application_name"}},
      .on_read = complete,
  });
}

}  // namespace tandem::products::voice
