#include "products/numbers/prices.h"

namespace tandem::products::numbers {
namespace {

/// For a plan that the price list does not know.
constexpr ledger::NumberRate kOrdinary{ledger::kNanosPerUnit, ledger::kNanosPerUnit};

}  // namespace

ledger::NumberRate price_of(const ledger::Rates& rates, const Number& number) {
  return rates.number(number.block->country, to_string(number.block->type)).value_or(kOrdinary);
}

Item number_item(std::string_view id, std::string_view account, const Number& number,
                 std::string_view billing_group) {
  return {.key = number_key(id),
          .account = std::string(account),
          .product = ledger::Product::Numbers,
          .service = std::string(to_string(number.block->type)),
          .reference = std::string(id),
          .description = number.phone_number,
          .billing_group = std::string(billing_group)};
}

std::string number_key(std::string_view id) { return "number/" + std::string(id); }

}  // namespace tandem::products::numbers
