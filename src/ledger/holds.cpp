#include "ledger/holds.h"

#include "core/assert.h"
#include "core/json.h"
#include "ledger/balances.h"
#include "ledger/charge_legs.h"

namespace tandem::ledger {
namespace {

store::Put row_of(const Hold& hold) {
  std::string body;
  json::Writer(body)
      .object()
      .member("id", hold.id)
      .member("currency", hold.currency)
      .member("nanos", hold.amount)
      .member("opened_at", to_iso8601(hold.opened_at))
      .end();
  return {.collection = std::string(kHolds),
          .id = hold.id,
          .account = hold.owner,
          .body = std::move(body),
          .expected = hold.revision,
          .created_at = hold.opened_at};
}

bool is_open(const Hold& hold) { return hold.kept_elsewhere || hold.revision > 0; }

/// From Cash to Held, or back when negative.
void set_aside(store::Batch& batch, const Hold& hold, Nanos amount) {
  if (amount == 0) return;
  adjust(batch, hold.owner, Kind::Cash, hold.currency, -amount);
  adjust(batch, hold.owner, Kind::Held, hold.currency, amount);
}

void write(store::Batch& batch, Hold& hold) {
  if (hold.kept_elsewhere) return;
  batch.puts.push_back(row_of(hold));
  ++hold.revision;  // as the row will have it, for the next change in the same batch
}

void close(store::Batch& batch, const Hold& hold) {
  if (hold.kept_elsewhere) return;
  TANDEM_ASSERT(hold.revision > 0);
  batch.removes.push_back(
      {.collection = std::string(kHolds), .id = hold.id, .expected = hold.revision});
}

/// Pays a charge from what is set aside: the entry says Cash, of which Held is a part.
void pay_from_held(store::Batch& batch, const Hold& hold, const Note& note, const Price& price) {
  TANDEM_ASSERT(note.owner == hold.owner && note.currency == hold.currency);
  const std::vector<Leg> legs = charge_legs(hold.owner, price);
  for (const Leg& leg : legs) {
    const Kind kind = leg.kind == Kind::Cash ? Kind::Held : leg.kind;
    adjust(batch, leg.owner, kind, note.currency, leg.delta);
  }
  write_entry(batch, note, legs);
}

}  // namespace

void open_hold(store::Batch& batch, const Hold& hold) {
  TANDEM_ASSERT(hold.amount >= 0 && hold.revision == store::kNew);
  set_aside(batch, hold, hold.amount);
  if (!hold.kept_elsewhere) batch.puts.push_back(row_of(hold));
}

std::optional<Hold> find_hold(const store::Snapshot& snapshot, std::string_view id) {
  auto row = snapshot.get(kHolds, id);
  if (!row) return std::nullopt;
  const auto document = json::Document::parse(row->body);
  TANDEM_ASSERT(document);
  Hold hold;
  hold.id = std::move(row->id);
  hold.owner = std::move(row->account);
  hold.currency = document->root()["currency"].string();
  hold.amount = document->root()["nanos"].integer();
  hold.opened_at = row->created_at;
  hold.revision = row->revision;
  return hold;
}

void extend(store::Batch& batch, Hold& hold, Nanos more) {
  TANDEM_ASSERT(more >= 0 && is_open(hold));
  set_aside(batch, hold, more);
  hold.amount += more;
  write(batch, hold);
}

bool capture(store::Batch& batch, Hold& hold, const Note& note, const Price& price) {
  TANDEM_ASSERT(is_open(hold));
  if (price.total() > hold.amount) return false;
  pay_from_held(batch, hold, note, price);
  hold.amount -= price.total();
  write(batch, hold);
  return true;
}

void settle(store::Batch& batch, const Hold& hold, const Note& note, const Price& price) {
  set_aside(batch, hold, price.total() - hold.amount);
  pay_from_held(batch, hold, note, price);
  close(batch, hold);
}

void release(store::Batch& batch, const Hold& hold) {
  set_aside(batch, hold, -hold.amount);
  close(batch, hold);
}

}  // namespace tandem::ledger
