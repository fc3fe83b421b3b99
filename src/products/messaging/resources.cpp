#include "products/common/detail_records.h"
#include "products/common/owned_numbers.h"
#include "products/messaging/message.h"
#include "products/messaging/messaging.h"
#include "products/messaging/receiver.h"

namespace tandem::products::messaging {
namespace {

constexpr size_t kSecretSize = 24;

Result<void, api::ApiError> make_profile(api::Draft& draft) {
  draft.document.set("v1_secret", draft.call.ids.token(kSecretSize));
  return {};
}

}  // namespace

void declare_profiles(api::Registry& registry) {
  registry.resource({
      .path = "/messaging_profiles",
      .record_type = "messaging_profile",
      .defaults = R"({"enabled":true,"daily_spend_limit_enabled":false})",
      .used_by = {{std::string(kMessagingSettings), "messaging_profile_id"}},
      .immutable = {"v1_secret"},
      .on_create = make_profile,
  });
}

void declare(api::Registry& registry, const Services&) {
  declare_profiles(registry);
  declare_autoresponses(registry);
  declare_optouts(registry);
  declare_short_codes(registry);
  registry.collection({std::string(kInboundParts), {}});
  registry.collection({std::string(kDetailRecords), {}});
}

}  // namespace tandem::products::messaging
