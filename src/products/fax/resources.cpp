#include "products/common/connections.h"
#include "products/fax/fax.h"

namespace tandem::products::fax {
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
      .path = "/fax_applications",
      .record_type = "fax_application",
      .id = api::IdKind::Number,
      .unique = {"application_name"},
      .references = {{"outbound.outbound_voice_profile_id", "outbound_voice_profiles"}},
      .filters = {{"outbound_voice_profile_id", "outbound.outbound_voice_profile_id"}},
      .on_create = mirror,
      .on_update = mirror,
      .on_delete = unmirror,
  });
}

}  // namespace tandem::products::fax
