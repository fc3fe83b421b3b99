#include <string>

#include "core/e164.h"
#include "products/common/number_ports.h"
#include "products/common/seeds.h"
#include "products/porting/bind.h"
#include "products/porting/porting.h"

// Which numbers can be ported, asked before there is an order.

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr size_t kMostNumbers = 1'000;

/// Why the number can't come here; empty when it can.
std::string_view obstacle(const std::optional<PortableNumber>& number, std::string_view account) {
  if (!number) return "No coverage";
  if (number->owner == account) return "Number is already on your account";
  return {};
}

Outcome check(const numbers::Inventory& inventory, const Call& call,
              const store::Snapshot& snapshot) {
  const json::View asked = call.body["phone_numbers"];
  if (asked.size() == 0 || asked.size() > kMostNumbers) {
    return refuse("10015", "A check names 1 to 1000 numbers.", "/phone_numbers");
  }
  json::Array data;
  size_t index = 0;
  for (const json::View item : asked.items()) {
    const std::string pointer = "/phone_numbers/" + std::to_string(index++);
    if (!is_e164(item.string())) {
      return refuse("10016", "A number in +E.164 format is needed.", pointer);
    }
    const auto number = look_up_portable(inventory, snapshot, item.string());
    const std::string_view reason = obstacle(number, call.account.id);
    const bool fast =
        number && number->type == "local" && (number->country == "US" || number->country == "CA");
    json::Value result = json::Value::object({{"record_type", "portability_check_result"},
                                              {"phone_number", item.string()},
                                              {"portable", reason.empty()},
                                              {"fast_portable", reason.empty() && fast}});
    if (!reason.empty()) result.set("not_portable_reason", reason);
    data.push_back(std::move(result));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_checks(api::Registry& registry, const numbers::Inventory& inventory) {
  registry.bind(Op::PostPortabilityCheck,
                [&inventory](const Call& call, const store::Snapshot& snapshot) {
                  return check(inventory, call, snapshot);
                });
}

}  // namespace tandem::products::porting
