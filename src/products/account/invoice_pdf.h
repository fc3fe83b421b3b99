#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "ledger/views.h"

namespace tandem::products::account {

/// The invoice on paper: a PDF 1.4 document (ISO 32000) of one page with a line for each product
/// and way of charging, and their sum.
std::string invoice_pdf(const json::Value& invoice, std::string_view account,
                        const std::vector<ledger::Total>& totals);

}  // namespace tandem::products::account
