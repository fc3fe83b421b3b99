#include <algorithm>
#include <cctype>

#include "products/common/detail_records.h"
#include "products/common/owned_numbers.h"
#include "products/messaging/blocks.h"
#include "products/messaging/checks.h"
#include "products/messaging/hosted.h"
#include "products/messaging/links.h"
#include "products/messaging/message.h"
#include "products/messaging/messaging.h"
#include "products/messaging/peer_outbox.h"
#include "products/messaging/peer_submits.h"
#include "products/messaging/rcs.h"
#include "products/messaging/receiver.h"
#include "products/messaging/tollfree.h"

namespace tandem::products::messaging {
namespace {

constexpr size_t kSecretSize = 24;

constexpr size_t kLongestPrefix = 20;

bool is_prefix(std::string_view text) {
  return text.size() <= kLongestPrefix &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
}

/// Links are shortened below the domains that there are for it: 40327.
Result<void, api::ApiError> check_profile_settings(api::Draft& draft) {
  const std::string_view domain = draft.document["url_shortener_settings"]["domain"].string();
  if (domain.empty()) return {};
  if (!is_prefix(draft.document["url_shortener_settings"]["prefix"].string())) {
    return api::refuse("10015", "A prefix is at most 20 letters, digits and hyphens.",
                       "/url_shortener_settings/prefix");
  }
  if (draft.snapshot.find(kUrlDomains, std::nullopt, "url_domain", domain)) return {};
  return api::refuse("40327",
                     "Links cannot be shortened below " + std::string(domain) +
                         "; see GET /messaging_url_domains.",
                     "/url_shortener_settings/domain");
}

/// A name is of no use where no destination of the profile takes one: 40326.
Result<void, api::ApiError> check_alpha_sender(const json::Value& profile) {
  const auto& destinations = profile["whitelisted_destinations"].items();
  if (profile["alpha_sender"].string().empty() || destinations.empty()) return {};
  const auto takes = [](const json::Value& d) { return takes_names(d.string()); };
  if (std::any_of(destinations.begin(), destinations.end(), takes)) return {};
  return api::refuse("40326",
                     "No destination of the profile takes names as senders: add one to "
                     "whitelisted_destinations first.",
                     "/alpha_sender");
}

Result<void, api::ApiError> change_profile(api::Draft& draft) {
  if (auto ok = check_alpha_sender(draft.document); !ok) return ok;
  draft.document.set("_system_id", peer_of(draft.document["id"].string()));
  return check_profile_settings(draft);
}

Result<void, api::ApiError> make_profile(api::Draft& draft) {
  draft.document.set("v1_secret", draft.call.ids.token(kSecretSize));
  return change_profile(draft);
}

}  // namespace

void declare_profiles(api::Registry& registry) {
  registry.resource({
      .path = "/messaging_profiles",
      .record_type = "messaging_profile",
      .defaults = R"({"enabled":true,"daily_spend_limit_enabled":false})",
      .used_by = {{std::string(kMessagingSettings), "messaging_profile_id"},
                  {std::string(kRcsAgents), "profile_id"}},
      .indexes = {{.path = "_system_id", .everywhere = true}},
      .immutable = {"v1_secret"},
      .on_create = make_profile,
      .on_update = change_profile,
  });
}

void declare(api::Registry& registry, const Services& services) {
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
  registry.collection({std::string(kBlocks), {}});
  registry.collection({std::string(kLinks), {}});
  registry.collection({std::string(kPeerOutbox), {{.path = "peer"}}});
  registry.collection({std::string(kPeers), {}});
  registry.collection({std::string(kPeerParts), {}});
  registry.collection({std::string(kDetailRecords), {}});
}

}  // namespace tandem::products::messaging
