#pragma once

#include <string>
#include <string_view>

#include "ledger/money.h"
#include "store/store.h"

/// Owners whose bills somebody else pays: accounts with rollup billing, whose manager does. Such an
/// owner has no money of its own; what it is charged, sets aside or pays in is its payer's, while
/// the entries still say who used what.
namespace tandem::ledger {

/// One row an owner that has a payer.
inline constexpr std::string_view kPayers = "ledger_payers";

/// From the commit on `payer` pays for `owner`, who must not have money yet, and for good.
void set_payer(store::Batch& batch, std::string_view owner, std::string_view payer);

/// Who pays for the owner; itself where nobody else does.
std::string payer_of(const store::Snapshot& snapshot, std::string_view owner);

/// Turns a batch that was written as if every owner paid for itself into what it is to be: Cash and
/// Held of an owner with a payer become the payer's, and each entry about them is an entry of both.
/// The last thing done to a batch; costs one look-up an owner whose money it moves.
void let_payers_pay(store::Batch& batch, const store::Snapshot& snapshot);

/// What the owner may be charged now, credit of whoever pays included.
Nanos read_spendable(const store::Snapshot& snapshot, std::string_view owner,
                     std::string_view currency = "USD");

}  // namespace tandem::ledger
