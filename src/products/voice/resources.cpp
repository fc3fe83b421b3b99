#include "products/common/connections.h"
#include "products/voice/voice.h"

namespace tandem::products::voice {
namespace {

Result<void, api::ApiError> mirror(api::Draft& draft) {
  mirror_connection(draft, "application_name");
  return {};
}

Result<void, api::ApiError> unmirror(api::Draft& draft) {
  unmirror_connection(draft);
  return {};
}

}  // namespace

void declare(api::Registry& registry, const Services&) {
  registry.resource({
      .path = "/call_control_applications",
      .record_type = "call_control_application",
      .id = api::IdKind::Number,
      .defaults = R"({"tags":[]})",
      .unique = {"application_name"},
      .references = {{"outbound.outbound_voice_profile_id", "outbound_voice_profiles"}},
      .on_create = mirror,
      .on_update = mirror,
      .on_delete = unmirror,
  });
}

}  // namespace tandem::products::voice
