#pragma once

#include <string>
#include <string_view>

#include "api/effects.h"
#include "api/registry.h"
#include "ledger/posting.h"

/// What costs money once, and what costs money every month. The charge is part of the effects that
/// bring the thing about: when the account cannot pay it, none of them happens (20100).
namespace tandem::products {

/// One document for each thing that is paid by the month, under its key.
inline constexpr std::string_view kSubscriptions = "subscriptions";

/// Something to be paid for.
struct Item {
  std::string key;      // names it among all there is: "number/<id>"
  std::string account;  // who pays
  ledger::Product product = ledger::Product::Account;
  std::string service;      // what of the product: "local", "campaign_monthly"
  std::string reference;    // id of the thing
  std::string description;  // one line for people: "+13125550100"
  std::string billing_group = {};
};

/// Charges `price` at once, as the ledger entry "<key>/once"; nothing when it is zero.
void charge_once(const Item& item, ledger::Nanos price, WallTime now, api::Effects& effects);

/// Charges the first month at once and each further month on its day (at midnight UTC; on the last
/// day of a month that is too short), until unsubscribe(). Nothing when `monthly` is zero.
///
/// A month that cannot be paid is tried again every day and taken when the money is there; the
/// thing stays in service and its further months wait.
void subscribe(const Item& item, ledger::Nanos monthly, WallTime now, api::Effects& effects);

/// The same, but the first month is collected like the further ones, from today on: for what has
/// come about already and cannot be refused.
void subscribe_later(const Item& item, ledger::Nanos monthly, WallTime now, api::Effects& effects);

/// Further months cost something else; the day on which they are charged stays.
void change_monthly(const store::Snapshot& snapshot, std::string_view key, ledger::Nanos monthly,
                    api::Effects& effects);

/// No further month is charged; what was paid stays paid.
void unsubscribe(std::string_view key, api::Effects& effects);

/// As unsubscribe(), and what was paid for the thing to begin with is given back: it was never
/// delivered.
void refund(const store::Snapshot& snapshot, std::string_view key, WallTime now,
            api::Effects& effects);

/// Further months belong to another billing group (empty: to none).
void set_billing_group(const store::Snapshot& snapshot, std::string_view key,
                       std::string_view group, api::Effects& effects);

/// The collection and the workflow behind all this; once a registry.
void declare_subscriptions(api::Registry& registry);

}  // namespace tandem::products
