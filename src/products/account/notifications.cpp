#include "core/e164.h"
#include "products/account/account.h"
#include "products/common/notifier.h"
#include "products/common/seeds.h"

// Who is told of what, and how: profiles have channels, settings tie a channel to a condition of
// an event.

namespace tandem::products::account {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;

Result<void, ApiError> check_destination(Draft& draft) {
  const std::string_view type = draft.document["channel_type_id"].string();
  const std::string_view to = draft.document["channel_destination"].string();
  if (type.empty()) return refuse("10004", "A channel needs a type.", "/channel_type_id");
  if (to.empty()) return refuse("10004", "A channel needs a destination.", "/channel_destination");
  if ((type == "sms" || type == "voice") && !is_e164(to)) {
    return refuse("10016", "A phone is reached by its +E.164 number.", "/channel_destination");
  }
  if (type == "email" && to.find('@') == std::string_view::npos) {
    return refuse("10015", "This is no e-mail address.", "/channel_destination");
  }
  if (type == "webhook" && to.substr(0, 7) != "http://" && to.substr(0, 8) != "https://") {
    return refuse("10003", "A webhook is an http or https URL.", "/channel_destination");
  }
  return {};
}

/// A setting names its channel, or the profile whose channels it uses; the condition says what
/// kind of thing it watches.
Result<void, ApiError> complete_setting(Draft& draft) {
  json::Value& setting = draft.document;
  if (setting["notification_event_condition_id"].is_null()) {
    return refuse("10004", "A setting needs the condition it watches.",
                  "/notification_event_condition_id");
  }
  if (setting["notification_channel_id"].is_null() &&
      setting["notification_profile_id"].is_null()) {
    return refuse("10004", "A setting needs a channel or a profile.", "/notification_channel_id");
  }
  const auto condition = draft.snapshot.get(kNotificationConditions,
                                            setting["notification_event_condition_id"].string());
  if (condition) {
    const auto fields = json::Value::parse(condition->body);
    if (fields) setting.set("associated_record_type", (*fields)["associated_record_type"]);
  }
  for (const json::Value& parameter :
       setting["parameters"].is_array() ? setting["parameters"].items() : json::Array()) {
    if (parameter["name"] == setting["associated_record_type"]) {
      setting.set("associated_record_type_value", parameter["value"]);
    }
  }
  if (setting["associated_record_type"].string() == "account") {
    setting.set("associated_record_type_value", draft.call.account.id);
  }
  setting.set("status", "enabled");
  return {};
}

/// A filter of the contract that is a field of settings under a longer name.
const std::vector<api::FilterField> kFilters = {
    {"notification_channel", "notification_channel_id"},
    {"notification_profile_id", "notification_profile_id"},
};

}  // namespace

void declare_notifications(api::Registry& registry, const Services& services) {
  services.seeds.add(std::string(kNotificationEvents), "account/data/notification_events.json");
  services.seeds.add(std::string(kNotificationConditions),
                     "account/data/notification_event_conditions.json");
  registry.resource({.path = "/notification_events", .global = true});
  registry.resource({.path = "/notification_event_conditions", .global = true});
  registry.resource({
      .path = "/notification_profiles",
      .used_by = {{"notification_channels", "notification_profile_id"},
                  {"notification_settings", "notification_profile_id"}},
  });
  registry.resource({
      .path = "/notification_channels",
      .references = {{"notification_profile_id", "notification_profiles"}},
      .used_by = {{"notification_settings", "notification_channel_id"}},
      .filters = kFilters,
      .on_create = check_destination,
      .on_update = check_destination,
  });
  registry.resource({
      .path = "/notification_settings",
      .references = {{"notification_channel_id", "notification_channels"},
                     {"notification_profile_id", "notification_profiles"},
                     {"notification_event_condition_id", std::string(kNotificationConditions)}},
      .filters = kFilters,
      .on_create = complete_setting,
  });
}

}  // namespace tandem::products::account
