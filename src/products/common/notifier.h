#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "core/json.h"

/// Telling an account's people what happened, as its notification settings say. Whoever causes such
/// an event calls notify(); the settings themselves are the account product's.
namespace tandem::products {

inline constexpr std::string_view kNotificationEvents = "notification_events";
inline constexpr std::string_view kNotificationConditions = "notification_event_conditions";
inline constexpr std::string_view kNotificationChannels = "notification_channels";
inline constexpr std::string_view kNotificationSettings = "notification_settings";

/// Something worth telling.
struct Notice {
  std::string_view event;  // as /notification_events names it: "Low Balance"
  json::Value payload;     // what the webhook shall say
  /// What it is about when settings are about single things: the phone number that was dialled.
  std::string_view about = {};
  /// A quantity that fell: settings with a "threshold" are told only when it is below theirs.
  std::optional<double> fell_to = {};
  /// Event type of the webhook ("portout.status_changed"); empty: the event's name as below.
  std::string_view type = {};
  /// What it was when settings were last told: only thresholds between the two are told now.
  std::optional<double> fell_from = {};
};

/// Pushes an event for each webhook channel of the account's enabled settings that watch for it,
/// one a channel; its type is the event's name in small letters ("low_balance"). Channels of other
/// kinds (SMS, e-mail, voice) have no way out here and are passed over.
void notify(const store::Snapshot& snapshot, api::Moment moment, std::string_view account,
            const Notice& notice, api::Effects& effects);

/// Accounts that have a setting for the event, each once; 100,000 settings are looked at.
std::vector<std::string> accounts_watching(const store::Snapshot& snapshot, std::string_view event);

}  // namespace tandem::products
