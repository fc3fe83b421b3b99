#pragma once

#include <string>
#include <string_view>

#include "api/registry.h"
#include "products/common/owned_numbers.h"
#include "products/numbers/inventory.h"

/// The numbers that accounts have. Each is three documents with one id: the number itself, its
/// voice settings and its messaging settings, so that each of the three lists filters and pages by
/// itself. What more than one of them shows is kept the same by whatever changes it.
namespace tandem::products::numbers {

/// What a number is set to from its first moment; empty members are left unset.
struct FirstSettings {
  std::string connection_id;
  std::string connection_name;
  std::string messaging_profile_id;
  std::string messaging_profile_name;
  std::string billing_group_id;
  std::string customer_reference;
  std::string status = "purchase-pending";
  std::string source_type = "number_order";
  json::Array tags = {};
  std::string block_id = {};   // of the block it was ordered with
  std::string bundle_id = {};  // of the bundle that pays for it
};

/// Adds a number that `account` is about to get, purchase-pending unless `settings` say otherwise;
/// gives its id. From
/// the commit on nobody else can have it: the index on phone_number is unique over all accounts.
std::string hold_number(const api::Registry& registry, api::Moment moment, std::string_view account,
                        const Number& number, const FirstSettings& settings, api::Effects& effects);

/// The number is the account's to use. Nothing happens when it is gone or was active before.
void activate_number(const store::Snapshot& snapshot, std::string_view id, WallTime now,
                     api::Effects& effects);

/// The number and its settings are gone, and anybody may have it again.
void drop_number(std::string_view id, std::string_view phone_number, api::Effects& effects);

/// The same, and no further month of it is charged.
void release_holding(const std::string& id, std::string_view phone_number, api::Effects& effects);

/// The name of the account's connection; empty when there is none of that id.
std::string connection_name(const store::Snapshot& snapshot, const api::Account& account,
                            std::string_view id);
/// The same of a messaging profile.
std::string messaging_profile_name(const store::Snapshot& snapshot, const api::Account& account,
                                   std::string_view id);

}  // namespace tandem::products::numbers
