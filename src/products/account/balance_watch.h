#pragma once

#include <memory>
#include <string_view>

#include "api/dispatcher.h"
#include "api/registry.h"

namespace tandem::runtime {
class Shards;
}

/// What follows from a balance that falls: automatic recharges and "Low Balance" notices.
namespace tandem::products::account {

/// Store collection of the accounts' settings for automatic recharges.
inline constexpr std::string_view kAutoRecharge = "payment_auto_recharge_prefs";

/// A timer that has the account's balance looked at, at once.
api::Timer balance_check(std::string_view account, WallTime now);

/// The workflow behind such a timer: below the account's threshold its (simulated) payment method
/// pays the recharge amount in; notification settings whose threshold was passed on the way down
/// are told.
void declare_balance_checks(api::Registry& registry);

/// Looks whenever the books have changed, a moment later, which accounts want their balance
/// checked. One of a process.
class BalanceWatch {
 public:
  BalanceWatch(runtime::Shards& shards, api::Dispatcher& dispatcher);
  ~BalanceWatch();
  /// The books changed. Any thread; cheap.
  void changed();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // the look that is under way shares it
};

}  // namespace tandem::products::account
