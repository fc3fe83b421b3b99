#include "products/voice/call_log.h"

#include <utility>

namespace tandem::products::voice {
namespace {

constexpr size_t kFrameBytes = 768;  // of a line, beside its metadata

}  // namespace

void log_call_event(const CallState& call, std::string_view type, std::string_view name,
                    std::string_view metadata, api::Moment moment, api::Effects& effects) {
  store::Put put{.collection = std::string(kCallEvents),
                 .id = moment.ids.uuid(),
                 .account = call.account,
                 .body = {},
                 .expected = store::kNew,
                 .created_at = moment.now};
  put.body.reserve(metadata.size() + kFrameBytes);
  json::Writer out(put.body);
  out.object()
      .member("record_type", "call_event")
      .member("id", put.id)
      .member("type", type)
      .member("name", name)
      .member("call_leg_id", call.leg_id)
      .member("call_session_id", call.session_id)
      .member("event_timestamp", to_iso8601(moment.now))
      .raw_member("metadata", metadata.starts_with('{') ? metadata : "{}")
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

void declare_call_log(api::Registry& registry) {
  registry.resource({
      .path = "/call_events",
      .record_type = "call_event",
      .indexes = {{.path = "call_leg_id"}, {.path = "call_session_id"}},
      .filters = {{"leg_id", "call_leg_id"},
                  {"application_session_id", "call_session_id"},
                  {"connection_id", "_connection_id"},
                  {"outbound.outbound_voice_profile_id", "_profile_id"},
                  {"occurred_at", "event_timestamp"},
                  {"from", "_from"},
                  {"to", "_to"},
                  {"product", "_product"},
                  {"status", "_status"},
                  {"failed", "_failed"},
                  {"application_name", "_application_name"}},
  });
}

}  // namespace tandem::products::voice
