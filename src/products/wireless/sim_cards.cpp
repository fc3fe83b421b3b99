#include "products/wireless/sim_cards.h"

#include "api/resource_engine.h"
#include "products/common/charges.h"
#include "products/wireless/wireless.h"

// The cards of an account as documents: what may be changed directly, and what a read shows.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::refuse;

constexpr size_t kImeiDigits = 15;

Result<void, ApiError> change_card(Draft& draft) {
  const json::Value& imeis = draft.document["authorized_imeis"];
  if (!imeis.is_array()) return {};
  size_t index = 0;
  for (const json::Value& imei : imeis.items()) {
    const std::string pointer = "/authorized_imeis/" + std::to_string(index++);
    const std::string_view digits = imei.string();
    if (digits.size() != kImeiDigits ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
      return refuse("10015", "An IMEI has 15 digits.", pointer);
    }
  }
  return {};
}

/// The card is answered as it is on its way out; its address on the internet goes with it.
Result<void, ApiError> delete_card(Draft& draft) {
  const std::string id(draft.document["id"].string());
  draft.document.set("status", json::Value::object({{"value", "disabling"}}));
  draft.effects.remove(std::string(kPublicIps), id);
  unsubscribe(card_key(id), draft.effects);
  return {};
}

void show_card(const Call& call, const store::Snapshot&, json::Value& card) {
  if (call.query.get("include_pin_puk_codes") == "true") {
    card.set("pin_puk_codes", card["_pin_puk_codes"]);
  }
}

Result<void, ApiError> check_notification(Draft& draft) {
  const std::string_view amount = draft.document.at_path("threshold.amount").string();
  const bool number =
      !amount.empty() && amount.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!number) return refuse("10015", "A threshold is an amount of data.", "/threshold/amount");
  json::Value& threshold = draft.document.member("threshold");
  if (threshold["unit"].is_null()) threshold.set("unit", "MB");
  return {};
}

}  // namespace

void declare_sim_cards(api::Registry& registry) {
  registry.resource({
      .path = "/sim_cards",
      .record_type = "sim_card",
      .references = {{"sim_card_group_id", std::string(kGroups)}},
      .used_by = {{"sim_card_data_usage_notifications", "sim_card_id"}},
      .indexes = {{.path = "sim_card_group_id"},
                  {.path = "status.value"},
                  {.path = "_registration_code", .everywhere = true}},
      .filters = {{"status", "status.value"}},
      .on_update = change_card,
      .on_delete = delete_card,
      .on_read = show_card,
  });
  registry.resource({
      .path = "/sim_card_data_usage_notifications",
      .record_type = "sim_card_data_usage_notification",
      .references = {{"sim_card_id", std::string(kCards)}},
      .on_create = check_notification,
      .on_update = check_notification,
  });
}

}  // namespace tandem::products::wireless
