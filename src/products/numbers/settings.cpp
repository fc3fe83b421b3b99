#include "products/numbers/settings.h"

#include "products/numbers/holdings.h"

namespace tandem::products::numbers {
namespace {

/// An empty text in an update takes the assignment away.
void drop_when_empty(json::Value& document, std::string_view name) {
  if (document[name].string().empty()) document.members().erase(name);
}

/// Null takes the member away.
void copy(json::Value& to, std::string_view name, const json::Value& value) {
  if (value.is_null()) {
    to.members().erase(name);
  } else {
    to.set(name, value);
  }
}

}  // namespace

void mirror_number(const store::Snapshot& snapshot, const api::Account& account,
                   json::Value& number, json::Value& voice) {
  drop_when_empty(number, "billing_group_id");
  drop_when_empty(number, "connection_id");
  number.set("connection_name",
             connection_name(snapshot, account, number["connection_id"].string()));
  drop_when_empty(number, "connection_name");
  number.set("_tagged", number["tags"].is_array() && !number["tags"].items().empty());
  copy(voice, "connection_id", number["connection_id"]);
  copy(voice, "_connection_name", number["connection_name"]);
  copy(voice, "customer_reference", number["customer_reference"]);
}

void mirror_voice(const json::Value& voice, json::Value& number) {
  const struct {
    std::string_view shown_as;
    std::string_view setting;
  } kShown[] = {{"call_forwarding_enabled", "call_forwarding.call_forwarding_enabled"},
                {"call_recording_enabled", "call_recording.inbound_call_recording_enabled"},
                {"caller_id_name_enabled", "caller_id_name_enabled"},
                {"cnam_listing_enabled", "cnam_listing.cnam_listing_enabled"},
                {"inbound_call_screening", "inbound_call_screening"},
                {"t38_fax_gateway_enabled", "media_features.t38_fax_gateway_enabled"},
                {"_usage_payment_method", "usage_payment_method"}};
  for (const auto& [shown_as, setting] : kShown) copy(number, shown_as, voice.at_path(setting));
}

}  // namespace tandem::products::numbers
