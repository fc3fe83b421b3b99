#include <algorithm>
#include <string>
#include <vector>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "products/messaging/hosted.h"

// Codes to the numbers of a hosted order: who can read or hear them has the numbers. They are kept
// with the order, under `_codes`.

namespace tandem::products::messaging {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr size_t kDigits = 6;
constexpr auto kCodeTime = std::chrono::minutes(10);

/// Why no code is sent to the number; empty when one can be.
std::string_view obstacle(const json::Value& order, std::string_view number) {
  for (const json::Value& one : order["phone_numbers"].items()) {
    if (one["phone_number"].string() != number) continue;
    if (one["status"].string() != "pending") return "The number does not wait for a proof.";
    if (order["_codes"][number]["verified"].boolean()) return "The number is verified already.";
    return {};
  }
  return "The order has no such number.";
}

Outcome send(const api::Registry& registry, const PhoneCodes& codes, const Call& call,
             const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kHostedOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  const std::string_view method = call.body["verification_method"].string();
  const PhoneCode::Way way = code_way(method);
  Effects effects;
  json::Array sent;
  for (const json::View asked : call.body["phone_numbers"].items()) {
    const std::string number(asked.string());
    std::string problem(obstacle(order, number));
    const std::string code =
        make_code(call.ids, way == PhoneCode::Way::FlashCall ? kFlashCallDigits : kDigits);
    if (problem.empty()) {
      auto done = codes.send({.way = way, .to = number, .code = code}, {call.now, call.ids},
                             snapshot, effects);
      if (!done) problem = done.error().items.front().detail;
    }
    if (!problem.empty()) {
      sent.push_back(json::Value::object({{"phone_number", number}, {"error", problem}}));
      continue;
    }
    const std::string id = call.ids.uuid();
    order.member("_codes").set(
        number, json::Value::object({{"code", code},
                                     {"tries", 0},
                                     {"verified", false},
                                     {"expires_at", to_iso8601(call.now + kCodeTime)}}));
    sent.push_back(json::Value::object(
        {{"phone_number", number}, {"verification_code_id", id}, {"type", method}}));
  }
  orders->put(*row, order, call.now, effects);
  json::Value body = json::Value::object();
  body.set("data", std::move(sent));
  effects.reply = api::Reply::json(body.text());
  return effects;
}

/// What a code that is named does for the number; a wrong one counts.
std::string_view judge(json::Value& order, const std::string& number, std::string_view code,
                       WallTime now) {
  if (!order["_codes"][number].is_object()) return "rejected";
  json::Value& kept = order.member("_codes").member(number);
  if (kept["verified"].boolean()) return "already_verified";
  const auto expires = parse_iso8601(kept["expires_at"].string());
  const int64_t tries = kept["tries"].integer();
  if (!expires || *expires <= now || tries >= kMostCodeTries) return "rejected";
  kept.set("tries", tries + 1);
  if (kept["code"].string() != code) return "rejected";
  kept.set("verified", true);
  return "verified";
}

/// All numbers that wait have named their codes.
bool is_proved(const json::Value& order) {
  const auto& numbers = order["phone_numbers"].items();
  return std::all_of(numbers.begin(), numbers.end(), [&order](const json::Value& number) {
    return number["status"].string() != "pending" ||
           order["_codes"][number["phone_number"].string()]["verified"].boolean();
  });
}

Outcome validate(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kHostedOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  json::Array judged;
  bool moved = false;
  for (const json::View given : call.body["verification_codes"].items()) {
    const std::string number(given["phone_number"].string());
    const std::string_view status = judge(order, number, given["code"].string(), call.now);
    moved = moved || status == "verified";
    judged.push_back(json::Value::object({{"phone_number", number}, {"status", status}}));
  }
  Effects effects;
  if (moved && order["status"].string() == "pending" && is_proved(order)) {
    effects.timers.push_back(hosted_timer(row->id, row->account, call.now));
  }
  orders->put(*row, order, call.now, effects);
  json::Value data = json::Value::object({{"order_id", row->id}});
  data.set("phone_numbers", std::move(judged));
  effects.reply = api::Reply::data(data);
  return effects;
}

}  // namespace

void declare_hosted_codes(api::Registry& registry, const PhoneCodes& codes) {
  registry.bind(Op::CreateVerificationCodesForMessagingHostedNumberOrder,
                [&registry, &codes](const Call& call, const store::Snapshot& snapshot) {
                  return send(registry, codes, call, snapshot);
                });
  registry.bind(Op::ValidateVerificationCodesForMessagingHostedNumberOrder,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return validate(registry, call, snapshot);
                });
}

}  // namespace tandem::products::messaging
