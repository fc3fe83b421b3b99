#pragma once

#include <string>
#include <string_view>

#include "ledger/views.h"

namespace tandem::products::account {

/// Where the account's people are written to: its e-mail address as its manager keeps it, else one
/// that is made from its id.
std::string email_of(const store::Snapshot& snapshot, std::string_view account);

}  // namespace tandem::products::account
