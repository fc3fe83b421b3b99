#include "ledger/views.h"
#include "products/account/account.h"
#include "products/account/balance_watch.h"

// What the account has, and how it is filled up again.

namespace tandem::products::account {
namespace {

using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;

Outcome show_balance(const Call& call, const store::Snapshot& snapshot) {
  const ledger::Balance balance = ledger::read_balance(snapshot, call.account.id);
  Effects effects;
  effects.reply = api::Reply::data(
      json::Value::object({{"record_type", "balance"},
                           {"currency", "USD"},
                           {"balance", ledger::to_decimal(balance.balance)},
                           {"credit_limit", ledger::to_decimal(balance.credit_limit)},
                           {"available_credit", ledger::to_decimal(balance.available())},
                           {"pending", ledger::to_decimal(balance.pending)}}));
  return effects;
}

Result<void, api::ApiError> check_amounts(Draft& draft) {
  for (const char* name : {"threshold_amount", "recharge_amount"}) {
    const auto amount = ledger::parse_decimal(draft.document[name].string());
    if (!amount || *amount <= 0) {
      return refuse("10033", "An amount is a positive decimal number.", std::string("/") + name);
    }
  }
  // The balance may be below the threshold already.
  draft.effects.timers.push_back(balance_check(draft.call.account.id, draft.call.now));
  return {};
}

}  // namespace

void declare_balance(api::Registry& registry) {
  registry.bind(contract::Op::GetUserBalance, show_balance);
  registry.resource({
      .path = "/payment/auto_recharge_prefs",
      .collection = std::string(kAutoRecharge),
      .record_type = "auto_recharge_pref",
      .singleton = true,
      .defaults = R"({"enabled": false, "invoice_enabled": false, "preference": "credit_paypal",
                      "threshold_amount": "100.00", "recharge_amount": "100.00"})",
      .indexes = {{.path = "enabled"}},
      .on_update = check_amounts,
  });
  declare_balance_checks(registry);
}

}  // namespace tandem::products::account
