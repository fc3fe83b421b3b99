#include "products/numbers/prices.h"

namespace tandem::products::numbers {

NumberPrice price_of(const Number& number) {
  const bool north_american = number.block->calling_code == "1";
  switch (number.block->type) {
    case NumberType::Local:
      return north_american ? NumberPrice{"1.00", "1.00"} : NumberPrice{"1.00", "2.50"};
    case NumberType::National:
      return {"1.00", "3.00"};
    case NumberType::Mobile:
      return {"2.00", "4.00"};
    case NumberType::TollFree:
      return north_american ? NumberPrice{"1.00", "2.00"} : NumberPrice{"5.00", "15.00"};
  }
  return {"1.00", "1.00"};
}

}  // namespace tandem::products::numbers
