#include <set>

#include <fmt/format.h>

#include "core/e164.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"

// Many numbers are assigned to a messaging profile at once, or taken from theirs. The profile is
// checked when it is asked for; a moment later each number is changed on its own: one that the
// account has not, or no more, fails alone.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kUpdates = "messaging_numbers_bulk_updates";
constexpr std::string_view kRun = "numbers.run_messaging_update";
constexpr std::string_view kProfiles = "messaging_profiles";
constexpr size_t kMostNumbers = 1'000;  // of one update
constexpr auto kStartTime = std::chrono::seconds(1);

/// The numbers that are asked for, each once.
Result<json::Array, ApiError> read_numbers(const Call& call) {
  const json::View asked = call.body["numbers"];
  if (asked.size() == 0 || asked.size() > kMostNumbers) {
    return refuse("10015", fmt::format("An update is about 1 to {} numbers.", kMostNumbers),
                  "/numbers");
  }
  json::Array numbers;
  std::set<std::string_view> seen;
  size_t index = 0;
  for (const json::View item : asked.items()) {
    if (!is_e164(item.string())) {
      return refuse("10016", "Numbers are written in +E.164 format.",
                    fmt::format("/numbers/{}", index));
    }
    if (seen.insert(item.string()).second) numbers.emplace_back(item.string());
    ++index;
  }
  return numbers;
}

Outcome make_update(const Call& call, const store::Snapshot& snapshot) {
  auto numbers = read_numbers(call);
  if (!numbers) return tl::unexpected(std::move(numbers.error()));
  const std::string_view profile = call.body["messaging_profile_id"].string();
  if (!profile.empty() && !api::find_own(snapshot, call.account, kProfiles, profile)) {
    return refuse("10017", "Your account has no such messaging profile.", "/messaging_profile_id");
  }
  const std::string id = call.ids.uuid();
  json::Value update = json::Value::object({{"order_id", id},
                                            {"record_type", "messaging_numbers_bulk_update"},
                                            {"pending", std::move(*numbers)},
                                            {"success", json::Array()},
                                            {"failed", json::Array()}});
  Effects effects;
  effects.reply = api::Reply::data(update);
  update.set("_profile", profile);
  effects.put(std::string(kUpdates), id, call.account.id, update, store::kNew, call.now);
  effects.timers.push_back(document_timer(kRun, id, call.account.id, call.now + kStartTime));
  return effects;
}

Outcome show_update(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kUpdates, call.param("order_id"));
  if (!row) return tl::unexpected(row.error());
  json::Value update = api::document_of(*row);
  update.members().erase("_profile");
  Effects effects;
  effects.reply = api::Reply::data(update);
  return effects;
}

/// False when the account has no such number that can be assigned.
bool assign(std::string_view phone_number, const json::Value& profile, std::string_view name,
            const std::string& account, WallTime now, const store::Snapshot& snapshot,
            Effects& effects) {
  const auto row = snapshot.find(kPhoneNumbers, account, "phone_number", phone_number);
  const auto settings = row ? snapshot.get(kMessagingSettings, row->id) : std::nullopt;
  if (!settings) return false;
  StepDocument number{*row, api::document_of(*row)};
  if (number.fields["status"].string() == "purchase-pending") return false;
  StepDocument messaging{*settings, api::document_of(*settings)};
  if (messaging.fields["features"]["sms"].is_null()) return false;
  messaging.fields.set("messaging_profile_id", profile);
  number.fields.set("messaging_profile_id", profile);
  number.fields.set("messaging_profile_name", name.empty() ? json::Value() : json::Value(name));
  put_back(kMessagingSettings, messaging, now, effects);
  put_back(kPhoneNumbers, number, now, effects);
  return true;
}

Effects run(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto update = step_document(step, snapshot, kUpdates);
  if (!update) return effects;
  const std::string& account = update->row.account;
  const std::string id(update->fields["_profile"].string());
  const std::string name = messaging_profile_name(snapshot, {account, {}, {}}, id);
  // A profile that was deleted meanwhile can have no numbers.
  const bool possible = id.empty() || snapshot.get(kProfiles, id).has_value();
  const json::Value profile = id.empty() ? json::Value() : json::Value(id);
  json::Array success;
  json::Array failed;
  for (const json::Value& number : update->fields["pending"].items()) {
    const bool done =
        possible && assign(number.string(), profile, name, account, step.now, snapshot, effects);
    (done ? success : failed).push_back(number);
  }
  update->fields.set("pending", json::Array());
  update->fields.set("success", std::move(success));
  update->fields.set("failed", std::move(failed));
  put_back(kUpdates, *update, step.now, effects);
  return effects;
}

}  // namespace

void declare_messaging_bulk(api::Registry& registry) {
  registry.collection({std::string(kUpdates), {}});
  registry.workflow(std::string(kRun), run);
  registry.bind(Op::BulkUpdateMessagingSettingsOnPhoneNumbers, make_update);
  registry.bind(Op::GetBulkUpdateMessagingSettingsOnPhoneNumbersStatus, show_update);
}

}  // namespace tandem::products::numbers
