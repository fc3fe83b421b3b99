#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "core/clock.h"
#include "products/numbers/inventory.h"
#include "store/store.h"

namespace tandem::products::numbers {

/// Of some numbers those that the account cannot have now: others have or reserved them, or it has
/// them already.
std::unordered_set<std::string> taken_numbers(const store::Snapshot& snapshot,
                                              std::string_view account, WallTime now,
                                              const std::vector<Number>& candidates);

}  // namespace tandem::products::numbers
