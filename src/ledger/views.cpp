#include "ledger/views.h"

#include <algorithm>

#include "core/assert.h"
#include "ledger/balances.h"

namespace tandem::ledger {
namespace {

constexpr std::chrono::hours kDay{24};
constexpr int64_t kEntriesPerPage = 1'000;

/// Calls `visit` with each day of the period.
template <class Visit>
void for_each_day(Period period, Visit visit) {
  WallTime from = std::chrono::floor<std::chrono::days>(period.from);
  from = std::max(from, WallTime(period.to - kMaxPeriodDays * kDay));
  for (WallTime day = from; day < period.to; day += kDay) visit(day_of(day));
}

}  // namespace

Nanos read_account(const store::Snapshot& snapshot, std::string_view owner, Kind kind,
                   std::string_view currency) {
  return snapshot.counter(counter_key(owner, kind, currency));
}

Balance read_balance(const store::Snapshot& snapshot, std::string_view owner,
                     std::string_view currency) {
  Balance balance;
  balance.credit_limit = -read_account(snapshot, owner, Kind::Credit, currency);
  balance.balance = read_account(snapshot, owner, Kind::Cash, currency) - balance.credit_limit;
  balance.pending = read_account(snapshot, owner, Kind::Held, currency);
  return balance;
}

std::vector<Total> read_totals(const store::Snapshot& snapshot, std::string_view owner,
                               Period period, std::string_view currency) {
  std::vector<Total> totals;
  for (const Product product : kProducts) {
    for (const Charge charge : kCharges) {
      if (snapshot.counter(ever_key(owner, product, charge, currency)) == 0) continue;
      Total total{product, charge, 0, 0};
      for_each_day(period, [&](const std::string& day) {
        total.taken += snapshot.counter(taken_key(owner, day, product, charge, currency));
        total.quantity += snapshot.counter(quantity_key(owner, day, product, charge, currency));
      });
      if (total.taken != 0 || total.quantity != 0) totals.push_back(total);
    }
  }
  return totals;
}

std::vector<Total> read_group_totals(const store::Snapshot& snapshot, std::string_view owner,
                                     std::string_view billing_group, Period period,
                                     std::string_view currency) {
  std::vector<Total> totals;
  for (const Product product : kProducts) {
    Total total{product, Charge::Usage, 0, 0};
    for_each_day(period, [&](const std::string& day) {
      total.taken += snapshot.counter(group_key(owner, billing_group, day, product, currency));
    });
    if (total.taken != 0) totals.push_back(total);
  }
  return totals;
}

store::Query entries_of(std::string_view owner, Period period) {
  store::Query query;
  query.collection = kEntries;
  query.account = std::string(owner);
  query.where.push_back({"created_at", store::Compare::Gte, {to_iso8601(period.from)}});
  query.where.push_back({"created_at", store::Compare::Lt, {to_iso8601(period.to)}});
  query.order.push_back({"created_at"});
  return query;
}

void for_each_entry(const store::Snapshot& snapshot, std::string_view owner, Period period,
                    std::initializer_list<Charge> charges,
                    const std::function<void(const Entry&)>& visit) {
  store::Query query = entries_of(owner, period);
  store::Condition one_of{"charge", store::Compare::In, {}};
  for (const Charge charge : charges) {
    TANDEM_ASSERT(charge != Charge::Usage);  // which is said by saying nothing
    one_of.values.emplace_back(std::string(to_string(charge)));
  }
  query.where.push_back(std::move(one_of));
  query.limit = kEntriesPerPage;
  for (bool more = true; more; query.offset += kEntriesPerPage) {
    const store::Page page = snapshot.list(query);
    for (const store::Row& row : page.rows) visit(read_entry(row));
    more = page.more;
  }
}

}  // namespace tandem::ledger
