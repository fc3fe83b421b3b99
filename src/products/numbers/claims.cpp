#include "products/numbers/claims.h"

#include <algorithm>

#include "api/call.h"

namespace tandem::products::numbers {
namespace {

constexpr size_t kAtOnce = 500;  // numbers of one query

void put(const Claim& claim, std::string_view phone_number, const json::Value& body,
         api::Effects& effects) {
  // The owner stands in the body: a claim passes from one account to another.
  effects.put(std::string(kClaims), std::string(phone_number), {}, body, claim.revision);
}

Claim read(const store::Row& row, std::string_view account, std::string_view now) {
  Claim claim;
  claim.revision = row.revision;
  const json::Value body = api::document_of(row);
  const std::string_view until = body["until"].string();
  if (until.empty()) {
    claim.state = Claim::State::Taken;
  } else if (until > now) {
    const bool mine = body["account"].string() == account;
    claim.state = mine ? Claim::State::Mine : Claim::State::Reserved;
    claim.reservation_id = body["reservation_id"].string();
  }
  return claim;
}

}  // namespace

Claims::Claims(const store::Snapshot& snapshot, std::string_view account,
               const std::vector<std::string>& phone_numbers, WallTime now) {
  const std::string moment = to_iso8601(now);
  for (size_t at = 0; at < phone_numbers.size(); at += kAtOnce) {
    const size_t end = std::min(at + kAtOnce, phone_numbers.size());
    store::Query query;
    query.collection = kClaims;
    query.where = {{"id", store::Compare::In, {}}};
    for (size_t i = at; i < end; ++i) query.where[0].values.emplace_back(phone_numbers[i]);
    query.order = {{"id"}};
    query.limit = static_cast<int64_t>(kAtOnce);
    for (const store::Row& row : snapshot.list(query).rows) {
      claims_.emplace(row.id, read(row, account, moment));
    }
  }
}

Claim Claims::of(std::string_view phone_number) const {
  const auto found = claims_.find(phone_number);
  return found == claims_.end() ? Claim() : found->second;
}

Claim look_up_claim(const store::Snapshot& snapshot, std::string_view account,
                    std::string_view phone_number, WallTime now) {
  const auto row = snapshot.get(kClaims, phone_number);
  return row ? read(*row, account, to_iso8601(now)) : Claim();
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
