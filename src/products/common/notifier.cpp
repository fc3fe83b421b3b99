#include "products/common/notifier.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace tandem::products {
namespace {

constexpr int64_t kMostSettings = 1'000;  // of an account that are looked at
constexpr int64_t kMostChannels = 250;    // of one profile
constexpr int64_t kMostWatchers = 100'000;

using Rows = std::vector<store::Row>;

Rows list(const store::Snapshot& snapshot, std::string_view collection, std::string_view account,
          store::Condition condition, int64_t limit) {
  store::Query query;
  query.collection = collection;
  query.account = std::string(account);
  query.where.push_back(std::move(condition));
  query.limit = limit;
  return snapshot.list(query).rows;
}

/// Ids of the conditions under which settings can watch for the event.
std::vector<store::Scalar> conditions_of(const store::Snapshot& snapshot, std::string_view event) {
  std::vector<store::Scalar> ids;
  const Rows events = list(snapshot, kNotificationEvents, {},
                           {"name", store::Compare::Eq, {std::string(event)}}, 1);
  if (events.empty()) return ids;
  for (const store::Row& row :
       list(snapshot, kNotificationConditions, {},
            {"notification_event_id", store::Compare::Eq, {events.front().id}}, kMostSettings)) {
    ids.emplace_back(row.id);
  }
  return ids;
}

/// The setting's threshold, when it has one.
std::optional<double> threshold_of(const json::Value& setting) {
  if (!setting["parameters"].is_array()) return std::nullopt;
  for (const json::Value& parameter : setting["parameters"].items()) {
    if (parameter["name"].string() != "threshold") continue;
    const std::string_view text = parameter["value"].string();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
  }
  return std::nullopt;
}

bool watches(const json::Value& setting, const Notice& notice) {
  if (setting["status"].string() != "enabled") return false;
  if (!notice.about.empty()) {
    const std::string_view watched = setting["associated_record_type_value"].string();
    if (!watched.empty() && watched != notice.about) return false;
  }
  const auto threshold = threshold_of(setting);
  if (!threshold || !notice.fell_to) return true;
  return *notice.fell_to < *threshold && (!notice.fell_from || *notice.fell_from >= *threshold);
}

/// The setting's own channel, else those of its profile.
Rows channels_of(const store::Snapshot& snapshot, std::string_view account,
                 const json::Value& setting) {
  const std::string_view channel = setting["notification_channel_id"].string();
  if (channel.empty()) {
    return list(snapshot, kNotificationChannels, account,
                {"notification_profile_id",
                 store::Compare::Eq,
                 {std::string(setting["notification_profile_id"].string())}},
                kMostChannels);
  }
  auto row = snapshot.get(kNotificationChannels, channel);
  if (!row || row->account != account) return {};
  return {std::move(*row)};
}

/// "Low Balance" -> "low_balance"
std::string type_of(std::string_view event) {
  std::string type(event);
  for (char& c : type) {
    if (c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type;
}

}  // namespace

void notify(const store::Snapshot& snapshot, api::Moment moment, std::string_view account,
            const Notice& notice, api::Effects& effects) {
  auto conditions = conditions_of(snapshot, notice.event);
  if (conditions.empty()) return;
  std::vector<std::string> told;
  for (const store::Row& row :
       list(snapshot, kNotificationSettings, account,
            {"notification_event_condition_id", store::Compare::In, std::move(conditions)},
            kMostSettings)) {
    const json::Value setting = api::document_of(row);
    if (!watches(setting, notice)) continue;
    for (const store::Row& channel_row : channels_of(snapshot, account, setting)) {
      const json::Value channel = api::document_of(channel_row);
      if (channel["channel_type_id"].string() != "webhook") continue;
      if (std::find(told.begin(), told.end(), channel_row.id) != told.end()) continue;
      told.push_back(channel_row.id);
      events::Event event;
      event.id = moment.ids.uuid();
      event.account = account;
      event.type = notice.type.empty() ? type_of(notice.event) : std::string(notice.type);
      event.subject = channel_row.id;
      event.payload = notice.payload.text();
      event.occurred_at = moment.now;
      event.target.url = channel["channel_destination"].string();
      effects.events.push_back(std::move(event));
    }
  }
}

std::vector<std::string> accounts_watching(const store::Snapshot& snapshot,
                                           std::string_view event) {
  auto conditions = conditions_of(snapshot, event);
  if (conditions.empty()) return {};
  store::Query query;
  query.collection = kNotificationSettings;
  query.where = {{"notification_event_condition_id", store::Compare::In, std::move(conditions)}};
  query.limit = kMostWatchers;
  std::vector<std::string> accounts;
  for (const store::Row& row : snapshot.list(query).rows) accounts.push_back(row.account);
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  return accounts;
}

}  // namespace tandem::products
