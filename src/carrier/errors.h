#pragma once

#include <map>
#include <optional>
#include <string>

#include "carrier/smpp/receipt.h"
#include "carrier/smpp/status.h"

namespace tandem::carrier {

/// What a carrier means by its own codes, as messaging error codes of the API (40001 to 40020).
/// Codes that are not listed are read by what SMPP says about them.
struct ErrorCodes {
  std::map<smpp::Status, int> by_status;
  std::map<std::string, int> by_receipt;  // the "err" of receipts
};

/// The error of a submit that was refused for good.
int error_of_refusal(smpp::Status status, const ErrorCodes& carrier = {});

/// The error that a receipt reports; none when the message is delivered or still on its way.
std::optional<int> error_of_receipt(const smpp::Receipt& receipt, const ErrorCodes& carrier = {});

}  // namespace tandem::carrier
