#include <set>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/steps.h"
#include "products/numbers/claims.h"
#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

// Reservations keep numbers for one account for a while, without buying them.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;

constexpr std::string_view kReservations = "number_reservations";
constexpr std::string_view kExpire = "numbers.expire_reservation";
constexpr auto kReservationTime = std::chrono::minutes(30);
constexpr int64_t kMostExtensions = 3;
constexpr int64_t kMostReservations = 50;  // of an account, at a time
constexpr size_t kMostNumbers = 100;       // in one reservation

int64_t count_active(const Draft& draft) {
  store::Query query;
  query.collection = kReservations;
  query.account = draft.call.account.id;
  query.where = {{"_until", store::Compare::Gt, {to_iso8601(draft.call.now)}}};
  return draft.snapshot.count(query);
}

/// Claims one number; gives what the reservation shows of it.
Result<json::Value, ApiError> reserve_line(Draft& draft, const Inventory& inventory,
                                           std::string_view number, const std::string& pointer) {
  if (!is_e164(number)) return refuse("10016", "The number is not in +E.164 format.", pointer);
  const std::string& account = draft.call.account.id;
  const Claim claim = look_up_claim(draft.snapshot, account, number, draft.call.now);
  if (!inventory.find(number)) {
    return refuse("85000", fmt::format("No search finds {}: search first.", number), pointer);
  }
  if (claim.state == Claim::State::Taken) {
    return refuse("85001", fmt::format("{} is not available.", number), pointer);
  }
  if (claim.state != Claim::State::Free) {
    return refuse("85006", fmt::format("{} is reserved.", number), pointer);
  }
  const WallTime until = draft.call.now + kReservationTime;
  reserve(claim, account, number, draft.document["id"].string(), until, draft.effects);
  return json::Value::object({{"id", draft.call.ids.uuid()},
                              {"record_type", "reserved_phone_number"},
                              {"phone_number", number},
                              {"status", "success"},
                              {"expired_at", to_iso8601(until)},
                              {"created_at", to_iso8601(draft.call.now)},
                              {"updated_at", to_iso8601(draft.call.now)}});
}

Result<void, ApiError> make_reservation(Draft& draft, const Inventory& inventory) {
  const json::View asked = draft.call.body["phone_numbers"];
  if (asked.size() == 0) {
    return refuse("10004", "A reservation names at least one number.", "/phone_numbers");
  }
  if (asked.size() > kMostNumbers || count_active(draft) >= kMostReservations) {
    return refuse("85007",
                  fmt::format("An account has at most {} reservations of {} numbers at a time.",
                              kMostReservations, kMostNumbers));
  }
  json::Array lines;
  json::Array numbers;  // for the filter
  std::set<std::string, std::less<>> seen;
  for (const json::View item : asked.items()) {
    const std::string pointer = fmt::format("/phone_numbers/{}/phone_number", lines.size());
    const std::string_view number = item["phone_number"].string();
    if (!seen.emplace(number).second) {
      return refuse("10012", "The reservation has this number twice.", pointer);
    }
    auto line = reserve_line(draft, inventory, number, pointer);
    if (!line) return tl::unexpected(std::move(line.error()));
    lines.push_back(std::move(*line));
    numbers.emplace_back(number);
  }
  const WallTime until = draft.call.now + kReservationTime;
  json::Value& reservation = draft.document;
  reservation.set("phone_numbers", std::move(lines));
  reservation.set("_numbers", std::move(numbers));
  reservation.set("status", "success");
  reservation.set("_until", to_iso8601(until));
  reservation.set("_extensions", 0);
  draft.effects.timers.push_back(
      document_timer(kExpire, reservation["id"].string(), draft.call.account.id, until));
  return {};
}

/// Whether the reservation still holds the number: it may have been ordered meanwhile.
bool still_holds(const Claim& claim, std::string_view reservation_id) {
  return claim.state == Claim::State::Mine && claim.reservation_id == reservation_id;
}

Outcome extend(const api::ResourceEngine& reservations, const Call& call,
               const store::Snapshot& snapshot) {
  const auto row = reservations.find(call, snapshot, call.param("number_reservation_id"));
  if (!row) return tl::unexpected(row.error());
  json::Value reservation = api::document_of(*row);
  const auto until = parse_iso8601(reservation["_until"].string());
  if (!until || *until <= call.now) return refuse("10027", "The reservation has expired.");
  if (reservation["_extensions"].integer() >= kMostExtensions) {
    return refuse("85008",
                  fmt::format("A reservation is extended {} times at most.", kMostExtensions));
  }
  Effects effects;
  const WallTime later = *until + kReservationTime;
  for (json::Value& line : reservation.member("phone_numbers").items()) {
    const std::string_view number = line["phone_number"].string();
    const Claim claim = look_up_claim(snapshot, call.account.id, number, call.now);
    if (!still_holds(claim, row->id)) continue;
    reserve(claim, call.account.id, number, row->id, later, effects);
    line.set("expired_at", to_iso8601(later));
    line.set("updated_at", to_iso8601(call.now));
  }
  reservation.set("_until", to_iso8601(later));
  reservation.set("_extensions", reservation["_extensions"].integer() + 1);
  reservations.put(*row, reservation, call.now, effects);
  effects.timers.push_back(document_timer(kExpire, row->id, call.account.id, later));
  effects.reply = reservations.reply(call, snapshot, reservation);
  return effects;
}

/// Clears away the claims of a reservation that has ended; they count for nothing already.
Effects expire(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const auto reservation = step_document(step, snapshot, kReservations);
  if (!reservation || reservation->fields["_until"].string() > to_iso8601(step.now)) return effects;
  for (const json::Value& line : reservation->fields["phone_numbers"].items()) {
    const std::string number(line["phone_number"].string());
    const auto claim = snapshot.get(kClaims, number);
    if (!claim) continue;
    const json::Value body = api::document_of(*claim);
    if (body["reservation_id"].string() != reservation->row.id) continue;
    effects.remove(std::string(kClaims), number, claim->revision);
  }
  return effects;
}

}  // namespace

void declare_reservations(api::Registry& registry, const Inventory& inventory) {
  registry.collection({std::string(kClaims), {}});
  registry.resource({
      .path = "/number_reservations",
      .collection = std::string(kReservations),
      .record_type = "number_reservation",
      .indexes = {{.path = "_until"}},
      .filters = {{"phone_numbers.phone_number", "_numbers", store::Compare::Has}},
      .on_create = [&inventory](Draft& draft) { return make_reservation(draft, inventory); },
  });
  const api::ResourceEngine* reservations = registry.engine(kReservations);
  registry.bind(contract::Op::ExtendNumberReservationExpiryTime,
                [reservations](const Call& call, const store::Snapshot& snapshot) {
                  return extend(*reservations, call, snapshot);
                });
  registry.workflow(std::string(kExpire), expire);
}

}  // namespace tandem::products::numbers
