#pragma once

#include <string_view>

#include "products/numbers/inventory.h"

namespace tandem::products::numbers {

/// What a number of the sandbox's inventory costs, in USD as decimal text.
struct NumberPrice {
  std::string_view upfront;
  std::string_view monthly;
};

NumberPrice price_of(const Number& number);

}  // namespace tandem::products::numbers
