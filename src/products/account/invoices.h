#pragma once

#include <string_view>

#include "api/effects.h"

namespace tandem::products::account {

/// The timer that makes the invoice of the month of `now`, when that month has ended.
api::Timer next_invoice(std::string_view account, WallTime now);

}  // namespace tandem::products::account
