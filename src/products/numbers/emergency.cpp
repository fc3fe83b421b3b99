#include "products/numbers/emergency.h"

#include "api/resource_engine.h"
#include "products/common/charges.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"
#include "products/numbers/numbers.h"

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kRegister = "numbers.register_emergency";
constexpr std::string_view kAddresses = "addresses";
constexpr auto kRegistryTime = std::chrono::seconds(5);

/// What the number shows of the setting, and what its voice settings show.
void show_setting(json::Value& number, json::Value& voice, bool enabled, std::string_view status,
                  const json::Value& address) {
  number.set("emergency_enabled", enabled);
  number.set("emergency_status", status);
  json::Value emergency =
      json::Value::object({{"emergency_enabled", enabled}, {"emergency_status", status}});
  if (address.is_null()) {
    number.members().erase("emergency_address_id");
  } else {
    number.set("emergency_address_id", address);
    emergency.set("emergency_address_id", address);
  }
  voice.set("emergency", std::move(emergency));
}

/// The registry has answered.
Effects finish(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto number = step_document(step, snapshot, kPhoneNumbers);
  auto voice = step_document(step, snapshot, kVoiceSettings);
  if (!number || !voice) return effects;
  const bool enabled = number->fields["emergency_status"].string() == "provisioning";
  show_setting(number->fields, voice->fields, enabled, enabled ? "active" : "disabled",
               number->fields["emergency_address_id"]);
  put_back(kPhoneNumbers, *number, step.now, effects);
  put_back(kVoiceSettings, *voice, step.now, effects);
  return effects;
}

Outcome enable(const api::ResourceEngine& numbers, const api::ResourceEngine& voices,
               const ledger::Rates& rates, const Call& call, const store::Snapshot& snapshot) {
  const auto row = numbers.find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const auto voice_row = voices.find(call, snapshot, call.param("id"));
  if (!voice_row) return tl::unexpected(voice_row.error());
  const EmergencySetting setting{call.body["emergency_enabled"].boolean(),
                                 call.body["emergency_address_id"].string()};
  if (auto sound = check_address(snapshot, call.account, setting); !sound) {
    return tl::unexpected(sound.error());
  }
  json::Value number = api::document_of(*row);
  json::Value voice = api::document_of(*voice_row);
  Effects effects;
  set_emergency(rates, setting, call.account.id, call.now, number, voice, effects);
  numbers.put(*row, number, call.now, effects);
  voices.put(*voice_row, voice, call.now, effects);
  effects.reply = api::Reply::data(voices.shown(call, snapshot, std::move(voice)), 202);
  return effects;
}

}  // namespace

Result<void, api::ApiError> check_address(const store::Snapshot& snapshot,
                                          const api::Account& account,
                                          const EmergencySetting& setting) {
  if (!setting.enabled) return {};
  if (api::find_own(snapshot, account, kAddresses, setting.address_id)) return {};
  return api::refuse("10017", "Your account has no address of this id.", "/emergency_address_id");
}

ledger::Nanos emergency_cost(const ledger::Rates& rates, const EmergencySetting& setting,
                             const json::Value& number) {
  if (!setting.enabled || number["emergency_enabled"].boolean()) return 0;
  return rates.service("emergency_address").value_or(0);
}

void set_emergency(const ledger::Rates& rates, const EmergencySetting& setting,
                   std::string_view account, WallTime now, json::Value& number, json::Value& voice,
                   Effects& effects) {
  const std::string id(number["id"].string());
  const bool was_enabled = number["emergency_enabled"].boolean();
  const ledger::Nanos monthly = emergency_cost(rates, setting, number);
  const json::Value address = setting.enabled ? json::Value(setting.address_id) : json::Value();
  show_setting(number, voice, setting.enabled, setting.enabled ? "provisioning" : "deprovisioning",
               address);
  effects.timers.push_back(document_timer(kRegister, id, account, now + kRegistryTime));
  if (was_enabled && !setting.enabled) unsubscribe(emergency_key(id), effects);
  subscribe({.key = emergency_key(id),
             .account = std::string(account),
             .product = ledger::Product::Emergency,
             .service = "emergency_address",
             .reference = id,
             .description = std::string(number["phone_number"].string()),
             .billing_group = std::string(number["billing_group_id"].string())},
            monthly, now, effects);
}

std::string emergency_key(std::string_view number_id) {
  return "emergency/" + std::string(number_id);
}

void declare_emergency(api::Registry& registry, const ledger::Rates& rates) {
  const api::ResourceEngine* numbers = registry.engine(kPhoneNumbers);
  const api::ResourceEngine* voices = registry.engine(kVoiceSettings);
  registry.bind(contract::Op::EnablePhoneNumberEmergency,
                [numbers, voices, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return enable(*numbers, *voices, rates, call, snapshot);
                });
  registry.workflow(std::string(kRegister), finish);
}

}  // namespace tandem::products::numbers
