#pragma once

#include <string_view>

namespace tandem::products {

/// Reference data linked into the program: the file `name` below src/products, as in
/// "numbers/data/plans.tsv". Empty when there is none.
std::string_view data_file(std::string_view name);

}  // namespace tandem::products
