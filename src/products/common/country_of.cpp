#include "products/common/country_of.h"

#include <algorithm>

#include "core/e164.h"
#include "products/common/data_file.h"
#include "products/common/pairs.h"

namespace tandem::products {
namespace {

/// Longest calling code with its area code: "5999", "1204".
constexpr size_t kLongestCode = 4;

}  // namespace

std::string_view country_of(std::string_view e164) {
  static const auto kTable = pairs_in(data_file("common/data/calling_codes.tsv"));
  if (!is_e164(e164)) return {};
  const std::string_view digits = e164.substr(1);
  for (size_t length = std::min(kLongestCode, digits.size()); length > 0; --length) {
    const auto found = kTable.find(digits.substr(0, length));
    if (found != kTable.end()) return found->second;
  }
  return {};
}

}  // namespace tandem::products
