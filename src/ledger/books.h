#pragma once

#include "ledger/posting.h"

/// The movements there are, by name. Amounts are never negative (asserted).
namespace tandem::ledger {

/// One row an owner and currency that has a credit limit.
inline constexpr std::string_view kLimits = "ledger_limits";

/// What something costs.
struct Price {
  Nanos amount = 0;  // charged, without tax
  Nanos tax = 0;     // charged on top
  Nanos cost = 0;    // owed to a carrier for it
  Nanos total() const { return amount + tax; }
};

/// Money came from outside.
void deposit(store::Batch& batch, const Note& note, Nanos amount);
/// Money is given for nothing: a promotion, an apology.
void give_credit(store::Batch& batch, const Note& note, Nanos amount);
/// Something was bought, now and at once. The batch falls when the money is not there.
void charge(store::Batch& batch, const Note& note, const Price& price);
/// Money goes to another owner.
void transfer(store::Batch& batch, const Note& note, std::string_view to, Nanos amount);

/// How far the owner's balance may fall below zero; 0 when nothing was agreed.
Nanos credit_limit(const store::Snapshot& snapshot, std::string_view owner,
                   std::string_view currency);
/// Agrees on another limit. The batch falls when the owner has already used more than that, and
/// conflicts when someone else changed it meanwhile.
void set_credit_limit(store::Batch& batch, const store::Snapshot& snapshot, const Note& note,
                      Nanos limit);

/// Undoes an entry by one that is its opposite, named `<id>:reversed`: there can be one only, so
/// doing it twice conflicts. `note` gives the new entry's words and time; its id is not used.
void reverse(store::Batch& batch, const Entry& entry, Note note);

}  // namespace tandem::ledger
