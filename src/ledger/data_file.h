#pragma once

#include <string_view>

namespace tandem::ledger {

/// A file of this room that is linked into the program: "data/numbers.tsv". Empty when there is
/// none of that name.
std::string_view data_file(std::string_view name);

}  // namespace tandem::ledger
