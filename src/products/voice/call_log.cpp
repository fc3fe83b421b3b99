#include "products/voice/call_log.h"

#include <utility>

namespace tandem::products::voice {

void log_call_event(const CallState& call, std::string_view type, std::string_view name,
                    json::Value metadata, api::Moment moment, api::Effects& effects) {
  if (!metadata.is_object()) metadata = json::Value::object();
  const std::string id = moment.ids.uuid();
  const json::Value line =
      json::Value::object({{"record_type", "call_event"},
                           {"id", id},
                           {"type", type},
                           {"name", name},
                           {"call_leg_id", call.leg_id},
                           {"call_session_id", call.session_id},
                           {"event_timestamp", to_iso8601(moment.now)},
                           {"metadata", std::move(metadata)},
                           {"_connection_id", call.connection_id},
                           {"_profile_id", call.profile_id},
                           {"_from", call.from},
                           {"_to", call.to},
                           {"_product", "call_control"},
                           {"_status", call.alive() ? "in_progress" : "completed"},
                           {"_failed", false}});
  effects.put(std::string(kCallEvents), id, call.account, line, store::kNew, moment.now);
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
