#pragma once

#include "ledger/rates.h"
#include "products/common/charges.h"
#include "products/numbers/inventory.h"

namespace tandem::products::numbers {

/// What a number costs to get and to keep a month.
ledger::NumberRate price_of(const ledger::Rates& rates, const Number& number);

/// A number that an account has, as something to be paid for. `id` of the phone number.
Item number_item(std::string_view id, std::string_view account, const Number& number,
                 std::string_view billing_group);

/// The key of that item.
std::string number_key(std::string_view id);

}  // namespace tandem::products::numbers
