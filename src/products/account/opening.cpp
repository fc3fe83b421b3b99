#include "products/account/opening.h"

#include "ledger/books.h"
#include "products/account/invoices.h"

namespace tandem::products::account {
namespace {

std::string opening_id(std::string_view account) { return "opening/" + std::string(account); }

}  // namespace

void open_books(api::Moment moment, std::string_view account, ledger::Nanos starting_credit,
                api::Effects& effects) {
  ledger::Note note;
  note.id = opening_id(account);
  note.owner = account;
  note.charge = ledger::Charge::Credit;
  note.description = "Starting credit";
  note.occurred_at = moment.now;
  ledger::give_credit(effects.batch, note, starting_credit);
  effects.timers.push_back(next_invoice(account, moment.now));
}

bool has_books(const store::Snapshot& snapshot, std::string_view account) {
  return snapshot.get(ledger::kEntries, opening_id(account)).has_value();
}

}  // namespace tandem::products::account
