#include "products/common/detail_records.h"
#include "products/common/owned_numbers.h"
#include "products/common/seeds.h"
#include "products/messaging/hosted.h"
#include "products/messaging/message.h"
#include "products/messaging/messaging.h"
#include "products/messaging/rcs.h"
#include "products/messaging/receiver.h"
#include "products/messaging/tollfree.h"

namespace tandem::products::messaging {
namespace {

constexpr size_t kSecretSize = 24;

constexpr std::string_view kUrlDomains = "messaging_url_domains";

/// Links are shortened below the domains that there are for it: 40327.
Result<void, api::ApiError> check_profile_settings(api::Draft& draft) {
  const std::string_view domain = draft.document["url_shortener_settings"]["domain"].string();
  if (domain.empty()) return {};
  if (draft.snapshot.find(kUrlDomains, std::nullopt, "url_domain", domain)) return {};
  return api::refuse("40327",
                     "Links cannot be shortened below " + std::string(domain) +
                         "; see GET /messaging_url_domains.",
                     "/url_shortener_settings/domain");
}

Result<void, api::ApiError> make_profile(api::Draft& draft) {
  if (auto ok = check_profile_settings(draft); !ok) return ok;
  draft.document.set("v1_secret", draft.call.ids.token(kSecretSize));
  return {};
}

}  // namespace

void declare_profiles(api::Registry& registry) {
  registry.resource({
      .path = "/messaging_profiles",
      .record_type = "messaging_profile",
      .defaults = R"({"enabled":true,"daily_spend_limit_enabled":false})",
      .used_by = {{std::string(kMessagingSettings), "messaging_profile_id"},
                  {std::string(kRcsAgents), "profile_id"}},
      .immutable = {"v1_secret"},
      .on_create = make_profile,
      .on_update = check_profile_settings,
  });
}

void declare(api::Registry& registry, const Services& services) {
  services.seeds.add(std::string(kUrlDomains), "messaging/data/url_domains.json");
  registry.resource({.path = "/messaging_url_domains",
                     .indexes = {{.path = "url_domain", .everywhere = true}},
                     .global = true});
  declare_profiles(registry);
  declare_autoresponses(registry);
  declare_optouts(registry);
  declare_short_codes(registry);
  declare_toll_free(registry);
  declare_hosted_orders(registry, services.inventory);
  declare_hosted_workflow(registry, services.inventory);
  if (services.codes) declare_hosted_codes(registry, *services.codes);
  registry.collection({std::string(kRcsAgents), {{.path = "profile_id"}}});
  registry.collection({std::string(kInboundParts), {}});
  registry.collection({std::string(kDetailRecords), {}});
}

}  // namespace tandem::products::messaging
