#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/query.h"

/// Filters of lists that are not kept in the store, read from a query as text.
namespace tandem::products::numbers {

/// The values of the filter on `path`, numbers and flags as text; none when it is not given.
std::vector<std::string> filter_texts(const contract::QueryValues& query, std::string_view path);

/// The first of them; empty when there is none.
std::string filter_text(const contract::QueryValues& query, std::string_view path);

}  // namespace tandem::products::numbers
