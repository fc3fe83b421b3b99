#include "ledger/payers.h"

#include <doctest/doctest.h>

#include "ledger/books.h"
#include "ledger/holds.h"
#include "ledger/testing.h"
#include "ledger/views.h"

namespace tandem::ledger {
namespace {

using testing::kStart;
using testing::make_note;
using testing::TempStore;
using Status = store::Committed::Status;

const Period kDay{kStart - std::chrono::hours(24), kStart + std::chrono::hours(24)};

/// Max has 100 and pays for Ann, who has nothing.
struct Scene {
  Scene() {
    const auto done = store.commit([&](store::Batch& batch) {
      deposit(batch, make_note("d1", "max"), 100);
      set_payer(batch, "ann", "max");
    });
    REQUIRE(done.status == Status::Done);
  }
  /// As the dispatcher commits what was decided.
  template <class Fill>
  Status commit(Fill fill) {
    return store
        .commit([&](store::Batch& batch) {
          fill(batch);
          let_payers_pay(batch, *store->snapshot());
        })
        .status;
  }
  Balance of(std::string_view owner) { return read_balance(*store->snapshot(), owner); }
  Nanos taken(std::string_view owner, Product product) {
    Nanos sum = 0;
    for (const Total& total : read_totals(*store->snapshot(), owner, kDay)) {
      if (total.product == product) sum += total.taken;
    }
    return sum;
  }
  /// Everything of everybody, which is nothing.
  Nanos sum_of_all() {
    Nanos sum = 0;
    for (const char* owner : {"ann", "max"}) {
      for (const Kind kind : kKinds) sum += read_account(*store->snapshot(), owner, kind);
    }
    return sum;
  }

  TempStore store;
};

Note numbers(std::string id) { return make_note(std::move(id), "ann", Product::Numbers); }

TEST_CASE_FIXTURE(Scene, "payers: a charge is paid by somebody else, and an entry of both") {
  CHECK(commit([](store::Batch& batch) {
          charge(batch, numbers("c1"), {.amount = 30, .cost = 10});
        }) == Status::Done);
  CHECK(of("max").balance == 70);
  CHECK(of("ann").balance == 0);
  CHECK(taken("max", Product::Numbers) == 30);
  CHECK(taken("ann", Product::Numbers) == 0);
  CHECK(read_account(*store->snapshot(), "ann", Kind::Revenue) == 30);
  CHECK(find_entry(*store->snapshot(), "c1")->taken() == 0);
  CHECK(find_entry(*store->snapshot(), "c1:max")->taken() == 30);
  CHECK(read_spendable(*store->snapshot(), "ann") == 70);
  CHECK(sum_of_all() == 0);
}

TEST_CASE_FIXTURE(Scene, "payers: beyond what the payer has nothing is charged") {
  CHECK(commit([](store::Batch& batch) { charge(batch, numbers("c1"), {.amount = 101}); }) ==
        Status::OutOfBounds);
  CHECK(of("max").balance == 100);
}

TEST_CASE_FIXTURE(Scene, "payers: what is set aside and settled is the payer's") {
  CHECK(commit([](store::Batch& batch) {
          open_hold(batch, {.id = "call-1", .owner = "ann", .amount = 40, .opened_at = kStart});
        }) == Status::Done);
  CHECK(of("max").balance == 60);
  CHECK(of("max").pending == 40);
  CHECK(commit([&](store::Batch& batch) {
          settle(batch, *find_hold(*store->snapshot(), "call-1"),
                 make_note("u1", "ann", Product::Voice, Charge::Usage), {.amount = 25});
        }) == Status::Done);
  CHECK(of("max").balance == 75);
  CHECK(of("max").pending == 0);
  CHECK(taken("max", Product::Voice) == 25);
  CHECK(sum_of_all() == 0);
}

TEST_CASE_FIXTURE(Scene, "payers: a refund goes back to who paid") {
  commit([](store::Batch& batch) { charge(batch, numbers("c1"), {.amount = 30}); });
  CHECK(commit([&](store::Batch& batch) {
          reverse(batch, *find_entry(*store->snapshot(), "c1"), make_note("", "ann"));
        }) == Status::Done);
  CHECK(of("max").balance == 100);
  CHECK(taken("max", Product::Numbers) == 0);
  CHECK(taken("ann", Product::Numbers) == 0);
  CHECK(sum_of_all() == 0);
}

TEST_CASE_FIXTURE(Scene, "payers: who pays for itself is left alone") {
  CHECK(commit([](store::Batch& batch) {
          charge(batch, make_note("c1", "max", Product::Numbers), {.amount = 30});
        }) == Status::Done);
  CHECK(of("max").balance == 70);
  CHECK(!find_entry(*store->snapshot(), "c1:max"));
}

}  // namespace
}  // namespace tandem::ledger
