#include "products/messaging/profile.h"

#include <algorithm>

#include "core/assert.h"

namespace tandem::products::messaging {
namespace {

std::optional<PoolSettings> read_pool(json::View view) {
  if (!view.is_object()) return std::nullopt;
  PoolSettings pool;
  pool.long_code_weight = view["long_code_weight"].number();
  pool.toll_free_weight = view["toll_free_weight"].number();
  pool.skip_unhealthy = view["skip_unhealthy"].boolean();
  pool.sticky_sender = view["sticky_sender"].boolean();
  pool.geomatch = view["geomatch"].boolean();
  return pool;
}

std::optional<ShortenerSettings> read_shortener(json::View view) {
  if (!view.is_object() || view["domain"].string().empty()) return std::nullopt;
  ShortenerSettings shortener;
  shortener.domain = view["domain"].string();
  shortener.prefix = view["prefix"].string();
  shortener.replace_blacklist_only = view["replace_blacklist_only"].boolean();
  shortener.send_webhooks = view["send_webhooks"].boolean();
  return shortener;
}

}  // namespace

std::optional<Profile> find_profile(const store::Snapshot& snapshot, std::string_view id) {
  if (id.empty()) return std::nullopt;
  const auto row = snapshot.get(kProfiles, id);
  if (!row) return std::nullopt;
  const auto document = json::Document::parse(row->body);
  TANDEM_ASSERT(document);
  const json::View view = document->root();
  Profile profile;
  profile.id = row->id;
  profile.account = row->account;
  profile.name = view["name"].string();
  profile.secret = view["v1_secret"].string();
  profile.enabled = view["enabled"].boolean(true);
  profile.webhook_url = view["webhook_url"].string();
  profile.webhook_failover_url = view["webhook_failover_url"].string();
  profile.webhook_version = view["webhook_api_version"].string("2");
  for (const json::View country : view["whitelisted_destinations"].items()) {
    profile.destinations.emplace_back(country.string());
  }
  profile.alpha_sender = view["alpha_sender"].string();
  if (view["daily_spend_limit_enabled"].boolean()) {
    const auto limit = ledger::parse_decimal(view["daily_spend_limit"].string("0"));
    profile.daily_limit = limit.value_or(0);
  }
  profile.pool = read_pool(view["number_pool_settings"]);
  profile.shortener = read_shortener(view["url_shortener_settings"]);
  profile.mms_transcoding = view["mms_transcoding"].boolean();
  profile.mms_fall_back_to_sms = view["mms_fall_back_to_sms"].boolean();
  return profile;
}

bool allows(const Profile& profile, std::string_view country) {
  return std::find(profile.destinations.begin(), profile.destinations.end(), country) !=
         profile.destinations.end();
}

}  // namespace tandem::products::messaging
