#include <utility>

#include "contract/operations.h"
#include "products/common/channels.h"
#include "products/common/connections.h"
#include "products/common/detail_records.h"
#include "products/common/seeds.h"
#include "products/voice/call_log.h"
#include "products/voice/call_reads.h"
#include "products/voice/call_state.h"
#include "products/voice/channels.h"
#include "products/voice/commands.h"
#include "products/voice/connectors.h"
#include "products/voice/dial.h"
#include "products/voice/queues.h"
#include "products/voice/registrations.h"
#include "products/voice/switchboard.h"
#include "products/voice/voice.h"

namespace tandem::products::voice {
namespace {

/// The contract's default version is the old one, yet its webhooks have the new shape only: the
/// old shape is for those who ask for it by name.
Result<void, api::ApiError> keep_asked_version(api::Draft& draft) {
  const json::View asked = draft.call.body["webhook_api_version"];
  if (asked.is_string()) draft.document.set("_asked_version", asked.string());
  mirror_connection(draft, "application_name");
  return {};
}

void declare_calls(api::Registry& registry, Switchboard& board) {
  const Desk desk{registry, board.office(), board};
  registry.bind(contract::Op::DialCall,
                [&board](const api::Call& request, const store::Snapshot& snapshot) {
                  return dial(request, snapshot, board.office(), board);
                });
  bind_call_commands(desk);
  bind_sound_commands(desk);
  bind_gather_commands(desk);
  bind_record_commands(desk);
  bind_stream_commands(desk);
  bind_join_commands(desk);
  declare_registrations(registry);
  board.declare_uploads(registry);
}

}  // namespace

void declare(api::Registry& registry, const Services& services) {
  api::Resource applications = connection_resource("/call_control_applications",
                                                   "call_control_application", "application_name");
  applications.defaults = R"({"tags":[]})";
  applications.on_create = keep_asked_version;
  applications.on_update = keep_asked_version;
  registry.resource(std::move(applications));
  registry.collection(calls_collection());
  registry.collection({std::string(kDetailRecords), {}});
  declare_call_log(registry);
  declare_call_reads(registry);
  declare_queues(registry);
  declare_connectors(registry, services.secrets);
  services.seeds.add(std::string(kChannelZones), "voice/data/channel_zones.json");
  declare_channels(registry, services.rates);
  if (services.switchboard) declare_calls(registry, *services.switchboard);
}

}  // namespace tandem::products::voice
