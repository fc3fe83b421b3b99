#include "ledger/views.h"

#include <doctest/doctest.h>

#include "ledger/books.h"
#include "ledger/testing.h"

namespace tandem::ledger {
namespace {

using testing::kStart;
using testing::make_note;
using testing::TempStore;

constexpr std::chrono::hours kDay{24};

struct Sale {
  Product product;
  Charge charge;
  Nanos amount;
  int64_t quantity;
  int day;  // before or after kStart's
  std::string group;
};

void sell(TempStore& store, const std::vector<Sale>& sales) {
  const auto done = store.commit([&](store::Batch& batch) {
    deposit(batch, make_note("d", "ann", Product::Account, Charge::Payment), 1'000);
    int number = 0;
    for (const Sale& sale : sales) {
      Note note = make_note("c" + std::to_string(++number), "ann", sale.product, sale.charge);
      note.quantity = sale.quantity;
      note.billing_group = sale.group;
      note.occurred_at = kStart + sale.day * kDay;
      charge(batch, note, {.amount = sale.amount});
    }
  });
  REQUIRE(done.status == store::Committed::Status::Done);
}

Period days(int from, int to) {
  const WallTime midnight = parse_iso8601("2026-11-20").value();
  return {midnight + from * kDay, midnight + to * kDay};
}

const std::vector<Sale> kSales = {{Product::Voice, Charge::Usage, 10, 60, 0, "sales"},
                                  {Product::Voice, Charge::Usage, 5, 30, 0, ""},
                                  {Product::Voice, Charge::Usage, 7, 42, 1, "sales"},
                                  {Product::Messaging, Charge::Usage, 4, 2, 1, "support"},
                                  {Product::Numbers, Charge::Recurring, 100, 1, -1, "sales"},
                                  {Product::Numbers, Charge::OneTime, 100, 1, 0, "sales"}};

TEST_CASE("totals add up what was taken in a period, by product and charge") {
  TempStore store;
  sell(store, kSales);
  const auto snapshot = store->snapshot();
  const auto total = [&](Period period, Product product, Charge charge) {
    for (const Total& one : read_totals(*snapshot, "ann", period)) {
      if (one.product == product && one.charge == charge) return std::pair(one.taken, one.quantity);
    }
    return std::pair<Nanos, int64_t>(0, 0);
  };
  using Sum = std::pair<Nanos, int64_t>;
  CHECK(total(days(0, 1), Product::Voice, Charge::Usage) == Sum(15, 90));
  CHECK(total(days(0, 2), Product::Voice, Charge::Usage) == Sum(22, 132));
  CHECK(total(days(1, 2), Product::Voice, Charge::Usage) == Sum(7, 42));
  CHECK(total(days(0, 2), Product::Numbers, Charge::Recurring) == Sum(0, 0));
  CHECK(total(days(-1, 2), Product::Numbers, Charge::Recurring) == Sum(100, 1));
  CHECK(total(days(-1, 2), Product::Account, Charge::Payment) == Sum(-1'000, 1));
  CHECK(read_totals(*snapshot, "bob", days(-10, 10)).empty());
  CHECK(read_totals(*snapshot, "ann", days(5, 2)).empty());
}

TEST_CASE("a billing group has totals of its own") {
  TempStore store;
  sell(store, kSales);
  const auto snapshot = store->snapshot();
  const auto sales = read_group_totals(*snapshot, "ann", "sales", days(-5, 5));
  REQUIRE(sales.size() == 2);
  CHECK(sales[0].product == Product::Numbers);
  CHECK(sales[0].taken == 200);
  CHECK(sales[1].taken == 17);
  CHECK(read_group_totals(*snapshot, "ann", "support", days(0, 1)).empty());
  CHECK(read_group_totals(*snapshot, "ann", "other", days(-5, 5)).empty());
}

TEST_CASE("of a period without end the latest part is added up") {
  TempStore store;
  sell(store, kSales);
  const auto totals = read_totals(*store->snapshot(), "ann", {WallTime{}, kStart + 3 * kDay});
  CHECK(totals.size() == 5);
}

TEST_CASE("entries of a period are listed, oldest first") {
  TempStore store;
  sell(store, kSales);
  store::Query query = entries_of("ann", days(0, 2));
  query.limit = 100;
  const auto page = store->snapshot()->list(query);
  std::vector<std::string> ids;
  for (const store::Row& row : page.rows) ids.push_back(row.id);
  CHECK(ids == std::vector<std::string>{"d", "c1", "c2", "c6", "c3", "c4"});
}

}  // namespace
}  // namespace tandem::ledger
