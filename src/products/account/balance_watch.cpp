#include "products/account/balance_watch.h"

#include <atomic>
#include <set>

#include "ledger/books.h"
#include "ledger/views.h"
#include "products/common/notifier.h"
#include "runtime/shards.h"

namespace tandem::products::account {
namespace {

using api::Effects;
using store::Compare;

constexpr std::string_view kCheck = "account.check_balance";
constexpr std::string_view kSeenBalances = "seen_balances";
constexpr std::string_view kLowBalance = "Low Balance";
/// Between a change of the books and the look at balances: many changes, one look.
constexpr std::chrono::milliseconds kPause{200};
constexpr int64_t kMostAccounts = 100'000;

/// The balance at the last check that changed something; nothing before the first.
std::optional<ledger::Nanos> seen_balance(const std::optional<store::Row>& row) {
  if (!row) return std::nullopt;
  return api::document_of(*row)["nanos"].integer();
}

void recharge(const json::Value& settings, std::string_view account, ledger::Nanos balance,
              api::Moment moment, Effects& effects) {
  if (!settings["enabled"].boolean()) return;
  const auto threshold = ledger::parse_decimal(settings["threshold_amount"].string());
  const auto amount = ledger::parse_decimal(settings["recharge_amount"].string());
  if (!threshold || !amount || *amount <= 0 || balance >= *threshold) return;
  ledger::Note note;
  note.id = moment.ids.uuid();
  note.owner = account;
  note.charge = ledger::Charge::Payment;
  note.description = "Automatic recharge";
  note.occurred_at = moment.now;
  ledger::deposit(effects.batch, note, *amount);
}

/// Tells once of each threshold that is passed, until the balance has been above it again.
void tell_low_balance(const store::Snapshot& snapshot, std::string_view account,
                      ledger::Nanos balance, api::Moment moment, Effects& effects) {
  const auto row = snapshot.get(kSeenBalances, account);
  const auto seen = seen_balance(row);
  if (seen && *seen == balance) return;
  effects.put(std::string(kSeenBalances), std::string(account), std::string(account),
              json::Value::object({{"nanos", balance}}), row ? row->revision : store::kNew);
  const auto units = [](ledger::Nanos amount) {
    return static_cast<double>(amount) / static_cast<double>(ledger::kNanosPerUnit);
  };
  Notice notice{kLowBalance, json::Value::object(
                                 {{"balance", ledger::to_decimal(balance)}, {"currency", "USD"}})};
  notice.fell_to = units(balance);
  if (seen) notice.fell_from = units(*seen);
  notify(snapshot, moment, account, notice, effects);
}

Effects check(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const std::string& account = step.timer.account;
  const api::Moment moment{step.now, step.ids};
  const ledger::Nanos balance = ledger::read_balance(snapshot, account).balance;
  tell_low_balance(snapshot, account, balance, moment, effects);
  if (const auto row = snapshot.get(kAutoRecharge, account)) {
    recharge(api::document_of(*row), account, balance, moment, effects);
  }
  return effects;
}

bool wants_recharge(const store::Snapshot& snapshot, const store::Row& row) {
  const json::Value settings = api::document_of(row);
  const auto threshold = ledger::parse_decimal(settings["threshold_amount"].string());
  return threshold && ledger::read_balance(snapshot, row.account).balance < *threshold;
}

/// Sets the timers of all accounts whose balance should be checked.
Effects look_at_all(const store::Snapshot& snapshot, WallTime now) {
  std::set<std::string> accounts;
  store::Query query;
  query.collection = kAutoRecharge;
  query.where = {{"enabled", Compare::Eq, {true}}};
  query.limit = kMostAccounts;
  for (const store::Row& row : snapshot.list(query).rows) {
    if (wants_recharge(snapshot, row)) accounts.insert(row.account);
  }
  for (const std::string& account : accounts_watching(snapshot, kLowBalance)) {
    const auto seen = seen_balance(snapshot.get(kSeenBalances, account));
    if (seen != ledger::read_balance(snapshot, account).balance) accounts.insert(account);
  }
  Effects effects;
  for (const std::string& account : accounts) {
    effects.timers.push_back(balance_check(account, now));
  }
  return effects;
}

}  // namespace

api::Timer balance_check(std::string_view account, WallTime now) {
  return {.id = std::string(kCheck) + "/" + std::string(account),
          .workflow = std::string(kCheck),
          .due = now,
          .payload = "{}",
          .account = std::string(account)};
}

void declare_balance_checks(api::Registry& registry) {
  registry.collection({std::string(kSeenBalances), {}});
  registry.workflow(std::string(kCheck), check);
}

struct BalanceWatch::Impl : std::enable_shared_from_this<Impl> {
  runtime::Shards& shards;
  api::Dispatcher& dispatcher;
  std::atomic<bool> waiting{false};

  Impl(runtime::Shards& s, api::Dispatcher& d) : shards(s), dispatcher(d) {}

  void wait() {
    shards[0].post(
        [self = shared_from_this()] { self->shards[0].after(kPause, [self] { self->look(); }); });
  }

  void look() {
    waiting = false;
    dispatcher.decide(
        [](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
          return look_at_all(snapshot, moment.now);
        });
  }
};

BalanceWatch::BalanceWatch(runtime::Shards& shards, api::Dispatcher& dispatcher)
    : impl_(std::make_shared<Impl>(shards, dispatcher)) {}
BalanceWatch::~BalanceWatch() = default;

void BalanceWatch::changed() {
  if (!impl_->waiting.exchange(true)) impl_->wait();
}

}  // namespace tandem::products::account
