#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/registry.h"
#include "core/json.h"

namespace tandem::ledger {
class Rates;
}

namespace tandem::products::numbers {
class Inventory;
}

/// Numbers that come from another provider or go to one. Done by the numbers product, which keeps
/// what accounts have; asked for by the porting and messaging products, which keep the orders.
namespace tandem::products {

/// A number of a known plan, as porting needs to know it.
struct PortableNumber {
  std::string country;     // ISO 3166-1 alpha-2
  std::string type;        // "local", "toll_free", "mobile" ...
  bool messaging = false;  // whether it can send and receive messages
  std::string owner;       // account that has it here; may be empty
  std::string holding_id;  // id of that account's phone number; may be empty
};

/// What there is to know of `e164`; nothing when no plan has it.
std::optional<PortableNumber> look_up_portable(const numbers::Inventory& inventory,
                                               const store::Snapshot& snapshot,
                                               std::string_view e164);

/// Adds the number to what `account` has, active at once. `settings` is the order's
/// phone_number_configuration: connection_id, messaging_profile_id, billing_group_id, tags. Whoever
/// had it here before has it no more. Its months are charged from today on. Nothing happens when no
/// plan has the number.
void bring_in(const api::Registry& registry, const numbers::Inventory& inventory,
              const ledger::Rates& rates, const store::Snapshot& snapshot, api::Moment moment,
              const api::Account& account, std::string_view e164, const json::Value& settings,
              api::Effects& effects);

/// Adds a number of which only the messages come here: active at once, with that messaging profile
/// (or none), at no monthly price. False, and nothing added, when somebody has it here already or
/// no plan has it.
bool start_hosting(const api::Registry& registry, const numbers::Inventory& inventory,
                   const store::Snapshot& snapshot, api::Moment moment, const api::Account& account,
                   std::string_view e164, std::string_view messaging_profile_id,
                   api::Effects& effects);

/// Takes it away again, when the account still has it.
void stop_hosting(const store::Snapshot& snapshot, std::string_view account, std::string_view e164,
                  api::Effects& effects);

}  // namespace tandem::products
