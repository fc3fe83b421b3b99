#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/posting.h"

/// What the books say: reports read nothing else, so they cannot disagree.
namespace tandem::ledger {

/// What an owner has.
struct Balance {
  Nanos balance = 0;  // may be negative, down to the credit limit; without what is held
  Nanos pending = 0;  // set aside for what runs
  Nanos credit_limit = 0;
  Nanos available() const { return balance + credit_limit; }
};
Balance read_balance(const store::Snapshot& snapshot, std::string_view owner,
                     std::string_view currency = "USD");
/// A single account of the owner.
Nanos read_account(const store::Snapshot& snapshot, std::string_view owner, Kind kind,
                   std::string_view currency = "USD");

/// Whole days, UTC: from midnight of `from` to midnight of `to`, which is not in it.
struct Period {
  WallTime from{};
  WallTime to{};
};
/// Longest period that is added up, in days; of a longer one the latest part.
inline constexpr int kMaxPeriodDays = 400;

/// What was taken from an owner for one product in one way; negative when it was given.
struct Total {
  Product product = Product::Account;
  Charge charge = Charge::Usage;
  Nanos taken = 0;
  int64_t quantity = 0;
};
/// All totals of a period that are not zero. Kept by day as entries are written, so the cost does
/// not grow with the number of entries.
std::vector<Total> read_totals(const store::Snapshot& snapshot, std::string_view owner,
                               Period period, std::string_view currency = "USD");
/// What was taken for one billing group, by product; `charge` and `quantity` say nothing.
std::vector<Total> read_group_totals(const store::Snapshot& snapshot, std::string_view owner,
                                     std::string_view billing_group, Period period,
                                     std::string_view currency = "USD");

/// The entries of an owner in a period, oldest first, to be completed and listed page by page.
store::Query entries_of(std::string_view owner, Period period);

/// Calls `visit` with the entries of the period that were charged in one of these ways, oldest
/// first. Reads them page by page.
void for_each_entry(const store::Snapshot& snapshot, std::string_view owner, Period period,
                    std::initializer_list<Charge> charges,
                    const std::function<void(const Entry&)>& visit);

}  // namespace tandem::ledger
