#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/owned_numbers.h"
#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

// Questions about lists of numbers: whose they are, what they can do.

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr size_t kMostNumbers = 2'000;

/// The numbers asked about; 10016 for one that is none.
Result<std::vector<std::string>, api::ApiError> asked_numbers(const Call& call) {
  std::vector<std::string> numbers;
  for (const json::View item : call.body["phone_numbers"].items()) {
    if (numbers.size() == kMostNumbers) {
      return refuse("10015", "At most 2000 numbers are asked about at once.", "/phone_numbers");
    }
    if (!is_e164(item.string())) {
      return refuse("10016", "The number is not in +E.164 format.",
                    "/phone_numbers/" + std::to_string(numbers.size()));
    }
    numbers.emplace_back(item.string());
  }
  return numbers;
}

Outcome verify_ownership(const Call& call, const store::Snapshot& snapshot) {
  const auto numbers = asked_numbers(call);
  if (!numbers) return tl::unexpected(numbers.error());
  json::Array found;
  json::Array not_found;
  for (const std::string& number : *numbers) {
    const auto row = snapshot.find(kPhoneNumbers, call.account.id, "phone_number", number);
    if (row) {
      found.push_back(json::Value::object({{"id", row->id}, {"number_val_e164", number}}));
    } else {
      not_found.emplace_back(number);
    }
  }
  Effects effects;
  effects.reply =
      api::Reply::data(json::Value::object({{"record_type", "number_ownership_verification"},
                                            {"found", std::move(found)},
                                            {"not_found", std::move(not_found)}}));
  return effects;
}

Outcome show_features(const Inventory& inventory, const Call& call) {
  const auto numbers = asked_numbers(call);
  if (!numbers) return tl::unexpected(numbers.error());
  json::Array data;
  for (const std::string& text : *numbers) {
    json::Array features;
    if (const auto number = inventory.find(text)) {
      for (const Feature feature : features_of(number->features)) {
        features.emplace_back(to_string(feature));
      }
    }
    data.push_back(
        json::Value::object({{"phone_number", text}, {"features", std::move(features)}}));
  }
  Effects effects;
  effects.reply = api::Reply::json(json::Value::object({{"data", std::move(data)}}).text());
  return effects;
}

}  // namespace

void declare_ownership(api::Registry& registry, const Inventory& inventory) {
  registry.bind(Op::VerifyPhoneNumberOwnership, verify_ownership);
  registry.bind(Op::PostNumbersFeatures, [&inventory](const Call& call, const store::Snapshot&) {
    return show_features(inventory, call);
  });
}

}  // namespace tandem::products::numbers
