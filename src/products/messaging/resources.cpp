#include "products/messaging/messaging.h"

namespace tandem::products::messaging {
namespace {

constexpr size_t kSecretSize = 24;

Result<void, api::ApiError> make_profile(api::Draft& draft) {
  draft.document.set("v1_secret", draft.call.ids.token(kSecretSize));
  return {};
}

}  // namespace

void declare(api::Registry& registry, const Services&) {
  registry.resource({
      .path = "/messaging_profiles",
      .record_type = "messaging_profile",
      .defaults = R"({"enabled":true,"daily_spend_limit_enabled":false})",
      .immutable = {"v1_secret"},
      .on_create = make_profile,
  });
}

}  // namespace tandem::products::messaging
