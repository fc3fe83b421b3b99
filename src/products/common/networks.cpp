#include "products/common/networks.h"

#include "products/common/data_file.h"
#include "products/common/pairs.h"

namespace tandem::products {

std::string_view mobile_country_code(std::string_view country) {
  static const auto kCodes = pairs_in(data_file("common/data/mobile_country_codes.tsv"));
  const auto found = kCodes.find(country);
  return found == kCodes.end() ? std::string_view() : found->second;
}

}  // namespace tandem::products
