#include "products/common/verified_numbers.h"

#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "products/verify/verify.h"

// Numbers of other carriers that an account has proved to be its own, by a code sent to them.

namespace tandem::products::verify {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kCodes = "verified_number_codes";  // by account and number
constexpr auto kCodeTime = std::chrono::minutes(10);
constexpr size_t kDigits = 6;

std::string key_of(const Call& call, std::string_view phone_number) {
  return call.account.id + "/" + std::string(phone_number);
}

Outcome send_code(const PhoneCodes& codes, const Call& call, const store::Snapshot& snapshot) {
  const std::string number(call.body["phone_number"].string());
  const std::string_view method = call.body["verification_method"].string();
  if (!is_e164(number)) return refuse("10016", "This is no E.164 number.", "/phone_number");
  if (has_verified_number(snapshot, call.account.id, number)) {
    return refuse("10012", "You have verified this number already.", "/phone_number");
  }
  const std::string code = make_code(call.ids, kDigits);
  Effects effects;
  auto sent = codes.send({.way = code_way(method), .to = number, .code = code},
                         {call.now, call.ids}, snapshot, effects);
  if (!sent) return tl::unexpected(sent.error());
  effects.put(std::string(kCodes), key_of(call, number), call.account.id,
              json::Value::object(
                  {{"code", code}, {"tries", 0}, {"expires_at", to_iso8601(call.now + kCodeTime)}}),
              store::kAnyRevision, call.now);
  effects.reply = api::Reply::json(
      json::Value::object({{"phone_number", number}, {"verification_method", method}}).text(), 200);
  return effects;
}

/// A wrong code counts; after too many the code is worth nothing.
Outcome check_code(const api::Registry& registry, const Call& call,
                   const store::Snapshot& snapshot) {
  const std::string number(call.param("phone_number"));
  const auto row = snapshot.get(kCodes, key_of(call, number));
  if (!row) return tl::unexpected(ApiError::not_found("No code was sent to this number."));
  json::Value code = api::document_of(*row);
  const auto expires = parse_iso8601(code["expires_at"].string());
  if (!expires || *expires <= call.now || code["tries"].integer() >= kMostCodeTries) {
    return refuse("10015", "The code has expired. Ask for another.", "/verification_code");
  }
  Effects effects;
  if (code["code"].string() != call.body["verification_code"].string()) {
    code.set("tries", code["tries"].integer() + 1);
    effects.put(std::string(kCodes), row->id, row->account, code, row->revision);
    // Not a refusal, which would keep nothing: the try counts.
    const ApiError error("10015", "This is not the code.", "/verification_code");
    const int status = call.operation.status_for(error.items.front().code);
    effects.reply = api::Reply::json(contract::envelope(call.operation, status, error), status);
    return effects;
  }
  const api::ResourceEngine* numbers = registry.engine(kVerifiedNumbers);
  const json::Value verified = numbers->make(
      {call.now, call.ids},
      json::Value::object({{"phone_number", number}, {"verified_at", to_iso8601(call.now)}}));
  numbers->put_new(call.account.id, call.now, verified, effects);
  effects.remove(std::string(kCodes), row->id, row->revision);
  effects.reply = numbers->reply(call, snapshot, verified);
  return effects;
}

}  // namespace

void declare_verified_numbers(api::Registry& registry, const PhoneCodes& codes) {
  registry.collection({std::string(kCodes), {}});
  registry.bind(Op::CreateVerifiedNumber,
                [&codes](const Call& call, const store::Snapshot& snapshot) {
                  return send_code(codes, call, snapshot);
                });
  registry.bind(Op::VerifyVerificationCode,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return check_code(registry, call, snapshot);
                });
  registry.resource({.path = "/verified_numbers",
                     .record_type = "verified_number",
                     .id = api::IdKind::Field,
                     .id_field = "phone_number"});
}

}  // namespace tandem::products::verify
