#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/e164.h"
#include "products/porting/bind.h"
#include "products/porting/porting.h"

// Codes that prove who has the numbers of an order: one a number, sent there by text or call.

namespace tandem::products::porting {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr std::string_view kCodes = "porting_verification_codes";
constexpr size_t kDigits = 6;
constexpr auto kCodeTime = std::chrono::minutes(10);

Result<json::Value, ApiError> find_order(const api::Registry& registry, const Call& call,
                                         const store::Snapshot& snapshot) {
  const auto row = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  return api::document_of(*row);
}

bool has_number(const json::Value& order, std::string_view number) {
  const auto& numbers = order["_phone_numbers"].items();
  return std::any_of(numbers.begin(), numbers.end(),
                     [number](const json::Value& one) { return one.string() == number; });
}

Result<void, ApiError> check_number(const json::Value& order, std::string_view number,
                                    const std::string& pointer) {
  if (!is_e164(number)) return refuse("10016", "This is no E.164 number.", pointer);
  if (!has_number(order, number)) {
    return refuse("10015", "The order has no such number.", pointer);
  }
  return {};
}

/// The code that was sent to the number, if one was.
std::optional<store::Row> find_code(const store::Snapshot& snapshot, const json::Value& order,
                                    std::string_view number) {
  store::Query query;
  query.collection = kCodes;
  query.limit = 1;
  query.where = {{"porting_order_id", Compare::Eq, {std::string(order["id"].string())}},
                 {"phone_number", Compare::Eq, {std::string(number)}}};
  auto rows = snapshot.list(query).rows;
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

/// Those that the request names, each once; all of the order's when it names none.
Result<std::vector<std::string>, ApiError> asked_numbers(const Call& call,
                                                         const json::Value& order) {
  std::vector<std::string> numbers;
  size_t index = 0;
  for (const json::View asked : call.body["phone_numbers"].items()) {
    const std::string pointer = fmt::format("/phone_numbers/{}", index++);
    if (auto ok = check_number(order, asked.string(), pointer); !ok) {
      return tl::unexpected(ok.error());
    }
    if (std::find(numbers.begin(), numbers.end(), asked.string()) == numbers.end()) {
      numbers.emplace_back(asked.string());
    }
  }
  if (index == 0) {
    for (const json::Value& one : order["_phone_numbers"].items()) {
      numbers.emplace_back(one.string());
    }
  }
  return numbers;
}

/// Keeps the code for the number; a former one is worth nothing any more.
void keep_code(const api::ResourceEngine& codes, const Call& call, const store::Snapshot& snapshot,
               const json::Value& order, const std::string& number, const std::string& code,
               Effects& effects) {
  const auto known = find_code(snapshot, order, number);
  json::Value kept = known ? api::document_of(*known)
                           : codes.make({call.now, call.ids},
                                        json::Value::object({{"porting_order_id", order["id"]},
                                                             {"phone_number", number},
                                                             {"verified", false}}));
  kept.set("_code", code);
  kept.set("_tries", 0);
  kept.set("_expires_at", to_iso8601(call.now + kCodeTime));
  if (known) return codes.put(*known, kept, call.now, effects);
  codes.put_new(call.account.id, call.now, kept, effects);
}

Outcome send(const api::Registry& registry, const PhoneCodes& phones, const Call& call,
             const store::Snapshot& snapshot) {
  const auto order = find_order(registry, call, snapshot);
  if (!order) return tl::unexpected(order.error());
  const auto numbers = asked_numbers(call, *order);
  if (!numbers) return tl::unexpected(numbers.error());
  const PhoneCode::Way way = code_way(call.body["verification_method"].string("sms"));
  Effects effects;
  for (const std::string& number : *numbers) {
    const auto known = find_code(snapshot, *order, number);
    if (known && api::document_of(*known)["verified"].boolean()) continue;
    const std::string code = make_code(call.ids, kDigits);
    auto sent = phones.send({.way = way, .to = number, .code = code}, {call.now, call.ids},
                            snapshot, effects);
    if (!sent) return tl::unexpected(sent.error());
    keep_code(*registry.engine(kCodes), call, snapshot, *order, number, code, effects);
  }
  effects.reply = api::Reply::empty();
  return effects;
}

/// What becomes of a code that is named; a wrong one counts.
void judge(json::Value& kept, std::string_view code, WallTime now) {
  if (kept["verified"].boolean()) return;
  const auto expires = parse_iso8601(kept["_expires_at"].string());
  const int64_t tries = kept["_tries"].integer();
  if (!expires || *expires <= now || tries >= kMostCodeTries) return;
  kept.set("_tries", tries + 1);
  if (kept["_code"].string() == code) kept.set("verified", true);
}

Outcome verify(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto order = find_order(registry, call, snapshot);
  if (!order) return tl::unexpected(order.error());
  const api::ResourceEngine* codes = registry.engine(kCodes);
  Effects effects;
  json::Array judged;
  std::vector<std::string> seen;
  size_t index = 0;
  for (const json::View given : call.body["verification_codes"].items()) {
    const std::string pointer = fmt::format("/verification_codes/{}/phone_number", index++);
    const std::string number(given["phone_number"].string());
    if (auto ok = check_number(*order, number, pointer); !ok) return tl::unexpected(ok.error());
    const auto row = find_code(snapshot, *order, number);
    if (!row) return refuse("10015", "No code was sent to this number.", pointer);
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) {
      return refuse("10015", "A number is named once.", pointer);
    }
    seen.push_back(number);
    json::Value kept = api::document_of(*row);
    judge(kept, given["code"].string(), call.now);
    codes->put(*row, kept, call.now, effects);
    judged.push_back(std::move(kept));
  }
  effects.reply = reply_all(*codes, call, snapshot, judged);
  return effects;
}

}  // namespace

void declare_verification_codes(api::Registry& registry, const PhoneCodes& codes) {
  registry.bind(Op::SendPortingVerificationCodes,
                [&registry, &codes](const Call& call, const store::Snapshot& snapshot) {
                  return send(registry, codes, call, snapshot);
                });
  bind(registry, Op::VerifyPortingVerificationCodes, verify);
  registry.resource({.path = "/porting_orders/{id}/verification_codes",
                     .collection = std::string(kCodes),
                     .record_type = "porting_verification_code",
                     .parent_field = "porting_order_id",
                     .parent_collection = std::string(kOrders),
                     .indexes = {{.path = "phone_number"}}});
}

}  // namespace tandem::products::porting
