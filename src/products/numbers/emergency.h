#pragma once

#include <string_view>

#include "api/call.h"
#include "ledger/rates.h"

/// Emergency calling of the numbers an account has: switched on with an address, which is paid by
/// the month, and told to the registry of emergency services, which takes a moment.
namespace tandem::products::numbers {

/// What shall be so.
struct EmergencySetting {
  bool enabled = false;
  std::string_view address_id;
};

/// Whether the account may use this address: 10017 when it is not its own.
Result<void, api::ApiError> check_address(const store::Snapshot& snapshot,
                                          const api::Account& account,
                                          const EmergencySetting& setting);

/// What the change costs at once: the first month of a number that is switched on.
ledger::Nanos emergency_cost(const ledger::Rates& rates, const EmergencySetting& setting,
                             const json::Value& number);

/// Changes a number and its voice settings, which the caller puts: they are "provisioning" or
/// "deprovisioning" until the registry has answered. Adds the charge and the timer.
void set_emergency(const ledger::Rates& rates, const EmergencySetting& setting,
                   std::string_view account, WallTime now, json::Value& number, json::Value& voice,
                   api::Effects& effects);

/// The key under which the address of a number is charged.
std::string emergency_key(std::string_view number_id);

}  // namespace tandem::products::numbers
