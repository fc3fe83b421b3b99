#pragma once

#include <string>
#include <vector>

#include "ledger/books.h"

namespace tandem::ledger {

/// The legs of a purchase. For the files of this room.
std::vector<Leg> charge_legs(const std::string& owner, const Price& price);

}  // namespace tandem::ledger
