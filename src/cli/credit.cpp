#include <cstdio>

#include <fmt/format.h>

#include "app/config.h"
#include "cli/command.h"
#include "cli/line.h"
#include "cli/state.h"
#include "ledger/books.h"
#include "ledger/views.h"

namespace tandem::cli {
namespace {

constexpr std::string_view kVerbs = "show, deposit or limit?";

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

}  // namespace

int credit(const Arguments& arguments) {
  const auto line = take_apart(arguments, {"--account"});
  if (!line) return usage_error("credit", line.error().what);
  const std::string_view verb = line->word(0);
  const bool showing = verb == "show";
  if (!showing && verb != "deposit" && verb != "limit") return usage_error("credit", kVerbs);
  if (line->words.size() > (showing ? 1u : 2u)) {
    return usage_error("credit", "what is '" + std::string(line->words.back()) + "'?");
  }
  const auto amount = ledger::parse_decimal(showing ? "0" : line->word(1));
  if (!amount || *amount < 0) return usage_error("credit", "how much? Give an amount like 250.00");
  const auto config = app::read_config(line->settings);
  if (!config) return usage_error("credit", config.error().what);
  const auto state = State::open(*config, State::Missing::Refuse);
  if (!state) return complain(state.error().what);
  const auto account = (*state)->account(line->option("--account"));
  if (!account) return complain("there is no such account");
  const Books books{(*state)->database(), (*state)->moment(), *account};
  if (showing) return show(books);
  return verb == "deposit" ? deposit(books, *amount) : limit(books, *amount);
}

}  // namespace tandem::cli
