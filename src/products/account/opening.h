#pragma once

#include <string_view>

#include "api/call.h"
#include "ledger/money.h"

namespace tandem::products::account {

/// Opens the books of a new account: its starting credit (may be zero) and the timer of its first
/// invoice.
void open_books(api::Moment moment, std::string_view account, ledger::Nanos starting_credit,
                api::Effects& effects);

/// Whether that was done.
bool has_books(const store::Snapshot& snapshot, std::string_view account);

}  // namespace tandem::products::account
