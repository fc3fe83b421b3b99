#include <algorithm>

#include "api/resource_engine.h"
#include "products/common/owned_numbers.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"

// Voicemail of a number: whether callers may leave a message, and the PIN that opens the box.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;

constexpr size_t kShortestPin = 4;
constexpr size_t kLongestPin = 10;

Result<void, ApiError> check_pin(json::View pin) {
  if (!pin.exists()) return {};
  const std::string_view digits = pin.string();
  const bool numeric = digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (numeric && digits.size() >= kShortestPin && digits.size() <= kLongestPin) return {};
  return refuse("10015", "A PIN is made of 4 to 10 digits.", "/pin");
}

/// The number's settings are found (`must_exist`), changed by the request's body, and shown.
Outcome change(const Call& call, const store::Snapshot& snapshot, bool must_exist) {
  const std::string id(call.param("phone_number_id"));
  const auto number = api::find_own(snapshot, call.account, kPhoneNumbers, id);
  if (!number) return tl::unexpected(number.error());
  const auto row = snapshot.get(kVoicemails, id);
  if (!row && must_exist) {
    return tl::unexpected(ApiError::not_found("The number has no voicemail yet."));
  }
  if (auto sound = check_pin(call.body["pin"]); !sound) return tl::unexpected(sound.error());
  json::Value voicemail = row ? api::document_of(*row) : json::Value::object({{"enabled", false}});
  for (const char* name : {"enabled", "pin"}) {
    const json::View given = call.body[name];
    if (given.exists() && !given.is_null()) voicemail.set(name, json::Value(given));
  }
  Effects effects;
  effects.put(std::string(kVoicemails), id, call.account.id, voicemail,
              row ? row->revision : store::kNew);
  effects.reply = api::Reply::data(voicemail);
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const std::string_view id = call.param("phone_number_id");
  const auto number = api::find_own(snapshot, call.account, kPhoneNumbers, id);
  if (!number) return tl::unexpected(number.error());
  const auto row = snapshot.get(kVoicemails, id);
  if (!row) return tl::unexpected(ApiError::not_found("The number has no voicemail yet."));
  Effects effects;
  effects.reply = api::Reply::data(api::document_of(*row));
  return effects;
}

}  // namespace

void declare_voicemail(api::Registry& registry) {
  registry.collection({std::string(kVoicemails), {}});
  registry.bind(contract::Op::CreateVoicemail,
                [](const Call& call, const store::Snapshot& snapshot) {
                  return change(call, snapshot, false);
                });
  registry.bind(contract::Op::UpdateVoicemail,
                [](const Call& call, const store::Snapshot& snapshot) {
                  return change(call, snapshot, true);
                });
  registry.bind(contract::Op::GetVoicemail, show);
}

}  // namespace tandem::products::numbers
