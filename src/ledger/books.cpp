#include "ledger/books.h"

#include "core/assert.h"
#include "core/json.h"
#include "ledger/charge_legs.h"

namespace tandem::ledger {
namespace {

std::string limit_id(std::string_view owner, std::string_view currency) {
  return std::string(owner) + ":" + std::string(currency);
}

Nanos limit_of(const std::optional<store::Row>& row) {
  if (!row) return 0;
  const auto document = json::Document::parse(row->body);
  TANDEM_ASSERT(document);
  return document->root()["nanos"].integer();
}

}  // namespace

std::vector<Leg> charge_legs(const std::string& owner, const Price& price) {
  TANDEM_ASSERT(price.amount >= 0 && price.tax >= 0 && price.cost >= 0);
  std::vector<Leg> legs = {{owner, Kind::Cash, -price.total()},
                           {owner, Kind::Revenue, price.amount}};
  if (price.tax > 0) legs.push_back({owner, Kind::Tax, price.tax});
  if (price.cost > 0) {
    legs.push_back({owner, Kind::Cost, -price.cost});
    legs.push_back({owner, Kind::Payable, price.cost});
  }
  return legs;
}

void deposit(store::Batch& batch, const Note& note, Nanos amount) {
  TANDEM_ASSERT(amount >= 0);
  post(batch, note, {{note.owner, Kind::Cash, amount}, {note.owner, Kind::Payments, -amount}});
}

void give_credit(store::Batch& batch, const Note& note, Nanos amount) {
  TANDEM_ASSERT(amount >= 0);
  post(batch, note, {{note.owner, Kind::Cash, amount}, {note.owner, Kind::Goodwill, -amount}});
}

void charge(store::Batch& batch, const Note& note, const Price& price) {
  post(batch, note, charge_legs(note.owner, price));
}

void transfer(store::Batch& batch, const Note& note, std::string_view to, Nanos amount) {
  TANDEM_ASSERT(amount >= 0 && to != note.owner);
  const std::string other(to);
  post(batch, note,
       {{note.owner, Kind::Cash, -amount},
        {note.owner, Kind::Transfer, amount},
        {other, Kind::Cash, amount},
        {other, Kind::Transfer, -amount}});
}

Nanos credit_limit(const store::Snapshot& snapshot, std::string_view owner,
                   std::string_view currency) {
  return limit_of(snapshot.get(kLimits, limit_id(owner, currency)));
}

void set_credit_limit(store::Batch& batch, const store::Snapshot& snapshot, const Note& note,
                      Nanos limit) {
  TANDEM_ASSERT(limit >= 0);
  const std::string id = limit_id(note.owner, note.currency);
  const auto row = snapshot.get(kLimits, id);
  const Nanos more = limit - limit_of(row);
  batch.puts.push_back({.collection = std::string(kLimits),
                        .id = id,
                        .account = note.owner,
                        .body = R"({"nanos":)" + std::to_string(limit) + "}",
                        .expected = row ? row->revision : store::kNew,
                        .created_at = note.occurred_at});
  post(batch, note, {{note.owner, Kind::Cash, more}, {note.owner, Kind::Credit, -more}});
}

void reverse(store::Batch& batch, const Entry& entry, Note note) {
  note.id = entry.note.id + ":reversed";
  note.owner = entry.note.owner;
  note.currency = entry.note.currency;
  note.product = entry.note.product;
  note.charge = Charge::Correction;
  note.reference = entry.note.id;
  note.billing_group = entry.note.billing_group;
  note.quantity = -entry.note.quantity;
  std::vector<Leg> legs = entry.legs;
  for (Leg& leg : legs) leg.delta = -leg.delta;
  post(batch, note, legs);
}

}  // namespace tandem::ledger
