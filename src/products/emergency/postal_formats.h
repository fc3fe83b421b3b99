#pragma once

#include <string_view>

namespace tandem::products::emergency {

/// What is known of a country's addresses.
struct CountryFormat {
  std::string_view code;
  /// Forms of its postal codes with '|' between them: '9' a digit, 'A' a letter, other characters
  /// themselves. Empty: it has none, or any will do.
  std::string_view postal;
  /// Codes of its states or provinces, a blank around each; empty: any will do.
  std::string_view areas;
};

/// The country with this ISO 3166-1 alpha-2 code, or null.
const CountryFormat* find_format(std::string_view code);

}  // namespace tandem::products::emergency
