#pragma once

#include <string>
#include <vector>

namespace tandem::products {

/// Rows as RFC 4180 CSV under a header line.
std::string csv_of(const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows);

}  // namespace tandem::products
