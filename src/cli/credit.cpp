#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "api/auth/accounts.h"
#include "app/config.h"
#include "app/database.h"
#include "cli/command.h"
#include "ledger/books.h"
#include "ledger/views.h"

namespace tandem::cli {
namespace {

int complain(std::string_view what) {
  fmt::print(stderr, "tandem credit: {}\n", what);
  return 1;
}

/// What the subcommands work with.
struct Books {
  store::Database& database;
  api::Moment moment;
  std::string account;
};

int show(const Books& books) {
  const auto balance = ledger::read_balance(*books.database.snapshot(), books.account);
  fmt::print("account {}\nbalance {} USD, credit limit {} USD, held {} USD\n", books.account,
             ledger::to_decimal(balance.balance), ledger::to_decimal(balance.credit_limit),
             ledger::to_decimal(balance.pending));
  return 0;
}

/// Commits what `fill` adds for an entry with this description.
template <class Fill>
int change(const Books& books, std::string description, ledger::Charge charge, Fill fill) {
  ledger::Note note;
  note.id = books.moment.ids.uuid();
  note.owner = books.account;
  note.charge = charge;
  note.description = std::move(description);
  note.occurred_at = books.moment.now;
  store::Batch batch;
  fill(batch, note);
  switch (books.database.commit_now(std::move(batch)).status) {
    case store::Committed::Status::Done:
      return show(books);
    case store::Committed::Status::OutOfBounds:
      return complain("the account has used more than that already");
    default:
      return complain("the database did not take it; try again");
  }
}

int deposit(const Books& books, ledger::Nanos amount) {
  return change(
      books, "Deposit", ledger::Charge::Payment,
      [&](store::Batch& batch, const ledger::Note& note) { ledger::deposit(batch, note, amount); });
}

int limit(const Books& books, ledger::Nanos amount) {
  const auto snapshot = books.database.snapshot();
  return change(books, "Credit limit", ledger::Charge::Other,
                [&](store::Batch& batch, const ledger::Note& note) {
                  ledger::set_credit_limit(batch, *snapshot, note, amount);
                });
}

/// The account with that id, or the first when none is named.
std::optional<std::string> find(const store::Snapshot& snapshot, const std::string& id) {
  for (const auto& account : api::auth::list_accounts(snapshot)) {
    if (id.empty() || account.id == id) return account.id;
  }
  return std::nullopt;
}

}  // namespace

int credit(const Arguments& arguments) {
  if (arguments.empty()) return usage_error("credit", "show, deposit or limit?");
  const std::string_view verb = arguments[0];
  if (verb != "show" && verb != "deposit" && verb != "limit") {
    return usage_error("credit", "show, deposit or limit?");
  }
  std::string account;
  std::string_view sum;
  Arguments settings;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--account" && i + 1 < arguments.size()) {
      account = arguments[++i];
    } else if (verb != "show" && sum.empty() && arguments[i].substr(0, 2) != "--") {
      sum = arguments[i];
    } else {
      settings.push_back(arguments[i]);
    }
  }
  const auto amount = ledger::parse_decimal(verb == "show" ? "0" : sum);
  if (!amount || *amount < 0) return usage_error("credit", "how much? Give an amount like 250.00");
  const auto config = app::read_config(settings);
  if (!config) return usage_error("credit", config.error().what);
  const auto database = app::make_database(*config);
  if (auto opened = database->open(app::collections_of_money()); !opened) {
    return complain(opened.error().what);
  }
  const auto found = find(*database->snapshot(), account);
  if (!found) return complain("there is no such account");
  const SystemClock clock;
  SystemRandom random;
  Ids ids(clock, random);
  const Books books{*database, {clock.now(), ids}, *found};
  if (verb == "show") return show(books);
  return verb == "deposit" ? deposit(books, *amount) : limit(books, *amount);
}

}  // namespace tandem::cli
