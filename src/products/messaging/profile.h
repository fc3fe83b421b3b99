#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "ledger/money.h"
#include "store/store.h"

namespace tandem::products::messaging {

inline constexpr std::string_view kProfiles = "messaging_profiles";

/// How a profile picks one of its numbers for a message without a sender.
struct PoolSettings {
  double long_code_weight = 1;
  double toll_free_weight = 1;
  bool skip_unhealthy = true;
  bool sticky_sender = false;  // one receiver always sees the same number
  bool geomatch = false;       // numbers of the receiver's area go first
};

struct ShortenerSettings {
  std::string domain;
  std::string prefix;
  bool replace_blacklist_only = false;  // only links of well-known shorteners
  bool send_webhooks = false;           // message.link_click
};

/// A messaging profile, as sending and receiving need it.
struct Profile {
  std::string id;
  std::string account;
  std::string name;
  std::string secret;  // v1_secret
  bool enabled = true;
  std::string webhook_url;
  std::string webhook_failover_url;
  std::string webhook_version;  // "1", "2", "2010-04-01"
  std::vector<std::string> destinations;
  std::string alpha_sender;                  // empty: none
  std::optional<ledger::Nanos> daily_limit;  // of what a day may cost
  std::optional<PoolSettings> pool;
  std::optional<ShortenerSettings> shortener;
  bool mms_transcoding = false;
  bool mms_fall_back_to_sms = false;
};

std::optional<Profile> find_profile(const store::Snapshot& snapshot, std::string_view id);

/// Whether its messages may go to a country.
bool allows(const Profile& profile, std::string_view country);

}  // namespace tandem::products::messaging
