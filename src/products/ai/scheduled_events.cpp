#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"
#include "products/common/steps.h"

// Conversations that an assistant shall begin at a time. When it comes and nothing can hold them,
// the event fails and says why.

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;
using store::Compare;

constexpr std::string_view kEvents = "ai_scheduled_events";
constexpr std::string_view kBegin = "ai.begin_scheduled_event";

Result<void, ApiError> make(Draft& draft) {
  json::Value& event = draft.document;
  const auto when = parse_iso8601(event["scheduled_at_fixed_datetime"].string());
  if (!when || *when <= draft.call.now) {
    return refuse("10015", "An event is scheduled in the future.", "/scheduled_at_fixed_datetime");
  }
  const bool message = event["telnyx_conversation_channel"].string() == "sms_chat";
  if (message && draft.call.body["text"].string().empty()) {
    return refuse("10004", "A message has a text.", "/text");
  }
  if (message) event.set("text", draft.call.body["text"].string());
  event.set("status", "pending");
  event.set("retry_count", 0);
  event.set("created_at", to_iso8601(draft.call.now));
  draft.effects.timers.push_back(
      document_timer(kBegin, event["scheduled_event_id"].string(), draft.call.account.id, *when));
  return {};
}

api::Effects begin(const api::Step& step, const store::Snapshot& snapshot) {
  api::Effects effects;
  auto event = step_document(step, snapshot, kEvents);
  if (!event || event->fields["status"].string() != "pending") return effects;
  event->fields.set("status", "failed");
  event->fields.set("errors", json::Value::array({"No language model is configured."}));
  put_back(kEvents, *event, step.now, effects);
  return effects;
}

}  // namespace

void declare_scheduled_events(api::Registry& registry) {
  registry.workflow(std::string(kBegin), begin);
  registry.resource({.path = "/ai/assistants/{assistant_id}/scheduled_events",
                     .collection = std::string(kEvents),
                     .item_path = "/ai/assistants/{assistant_id}/scheduled_events/{event_id}",
                     .id_field = "scheduled_event_id",
                     .parent_field = "assistant_id",
                     .parent_collection = std::string(kAssistants),
                     .filters = {{"from_date", "scheduled_at_fixed_datetime", Compare::Gte},
                                 {"to_date", "scheduled_at_fixed_datetime", Compare::Lte},
                                 {"conversation_channel", "telnyx_conversation_channel"}},
                     .on_create = make});
}

}  // namespace tandem::products::ai
