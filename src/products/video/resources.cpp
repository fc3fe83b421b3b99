#include "products/video/video.h"

namespace tandem::products::video {

void declare(api::Registry& registry, const Services& services) {
  registry.resource({
      .path = "/rooms",
      .record_type = "room",
      .defaults = R"({"sessions":[]})",
      .unique = {"unique_name"},
      .filters = {{"date_created_at", "created_at"}, {"date_updated_at", "updated_at"}},
  });
  declare_client_tokens(registry, services.secrets);
  declare_sessions(registry);
}

}  // namespace tandem::products::video
