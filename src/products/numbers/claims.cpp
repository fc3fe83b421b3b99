#include "products/numbers/claims.h"

#include "api/call.h"
#include "products/numbers/holdings.h"

namespace tandem::products::numbers {
namespace {

void put(const Claim& claim, std::string_view phone_number, const json::Value& body,
         api::Effects& effects) {
  // The owner stands in the body: a claim passes from one account to another.
  effects.put(std::string(kClaims), std::string(phone_number), {}, body, claim.revision);
}

}  // namespace

Claim look_up_claim(const store::Snapshot& snapshot, std::string_view account,
                    std::string_view phone_number, WallTime now) {
  Claim claim;
  claim.revision = store::kNew;
  if (is_held(snapshot, phone_number)) claim.state = Claim::State::Taken;
  const auto row = snapshot.get(kClaims, phone_number);
  if (!row) return claim;
  claim.revision = row->revision;
  if (claim.state == Claim::State::Taken) return claim;
  const json::Value body = api::document_of(*row);
  const std::string_view until = body["until"].string();
  if (until.empty()) {
    claim.state = Claim::State::Taken;
  } else if (until > to_iso8601(now)) {
    const bool mine = body["account"].string() == account;
    claim.state = mine ? Claim::State::Mine : Claim::State::Reserved;
    claim.reservation_id = body["reservation_id"].string();
  }
  return claim;
}

void reserve(const Claim& claim, std::string_view account, std::string_view phone_number,
             std::string_view reservation_id, WallTime until, api::Effects& effects) {
  put(claim, phone_number,
      json::Value::object(
          {{"account", account}, {"reservation_id", reservation_id}, {"until", to_iso8601(until)}}),
      effects);
}

void take(const Claim& claim, std::string_view account, std::string_view phone_number,
          api::Effects& effects) {
  put(claim, phone_number, json::Value::object({{"account", account}}), effects);
}

void give_up(std::string_view phone_number, api::Effects& effects) {
  effects.remove(std::string(kClaims), std::string(phone_number));
}

}  // namespace tandem::products::numbers
