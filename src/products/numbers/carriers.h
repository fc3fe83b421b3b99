#pragma once

#include <cstdint>
#include <string_view>

#include "products/common/networks.h"
#include "products/numbers/inventory.h"

/// Who serves the numbers of the sandbox that nobody here has: real names of operators, spread over
/// the numbers of their country so that the same number is always with the same one.
namespace tandem::products::numbers {

struct Carrier {
  std::string_view name;
  std::string_view line_type;            // "mobile", "fixed line"
  std::string_view mobile_country_code;  // "310"; empty for fixed lines
  std::string_view mobile_network_code;  // "410"; likewise
};

Carrier carrier_of(const Number& number);

/// The same for messages. A number that no plan of the sandbox has is with a mobile operator of its
/// country.
Network network_of(const Inventory& inventory, std::string_view e164);

/// The same digits always give the same: what else a number is like is derived from it.
uint64_t character_of(std::string_view phone_number);

}  // namespace tandem::products::numbers
