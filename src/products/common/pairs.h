#pragma once

#include <string_view>
#include <unordered_map>

namespace tandem::products {

/// The lines "key<tab>value" of reference data (data_file.h), which must have some; those that
/// begin with '#' are remarks.
std::unordered_map<std::string_view, std::string_view> pairs_in(std::string_view text);

}  // namespace tandem::products
