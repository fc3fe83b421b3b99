#include "ledger/books.h"

#include <doctest/doctest.h>

#include "ledger/testing.h"
#include "ledger/views.h"

namespace tandem::ledger {
namespace {

using testing::make_note;
using testing::TempStore;
using Status = store::Committed::Status;

constexpr Nanos kDollar = kNanosPerUnit;

Balance balance_of(TempStore& store, std::string_view owner = "ann") {
  return read_balance(*store->snapshot(), owner);
}

void deposit_now(TempStore& store, const std::string& owner, Nanos amount) {
  const auto done = store.commit([&](store::Batch& batch) {
    deposit(batch, make_note("deposit-" + owner, owner, Product::Account, Charge::Payment), amount);
  });
  REQUIRE(done.status == Status::Done);
}

TEST_CASE("money comes in and is spent") {
  TempStore store;
  deposit_now(store, "ann", 10 * kDollar);
  const auto done = store.commit([](store::Batch& batch) {
    charge(batch, make_note("c1", "ann", Product::Messaging, Charge::Usage),
           {.amount = 4'000'000, .tax = 300'000, .cost = 2'400'000});
  });
  REQUIRE(done.status == Status::Done);
  CHECK(balance_of(store).balance == 10 * kDollar - 4'300'000);
  const auto snapshot = store->snapshot();
  CHECK(read_account(*snapshot, "ann", Kind::Revenue) == 4'000'000);
  CHECK(read_account(*snapshot, "ann", Kind::Tax) == 300'000);
  CHECK(read_account(*snapshot, "ann", Kind::Cost) == -2'400'000);
  CHECK(read_account(*snapshot, "ann", Kind::Payable) == 2'400'000);
  CHECK(read_account(*snapshot, "ann", Kind::Payments) == -10 * kDollar);
}

TEST_CASE("what is not there cannot be spent, and nothing of the batch happens") {
  TempStore store;
  deposit_now(store, "ann", kDollar);
  const auto done = store.commit([](store::Batch& batch) {
    charge(batch, make_note("c1", "ann"), {.amount = kDollar / 2});
    charge(batch, make_note("c2", "ann"), {.amount = kDollar});
  });
  CHECK(done.status == Status::OutOfBounds);
  CHECK(done.what == counter_key("ann", Kind::Cash, "USD"));
  CHECK(done.what.starts_with(kCounterPrefix));
  CHECK(balance_of(store).balance == kDollar);
  CHECK_FALSE(find_entry(*store->snapshot(), "c1"));
}

TEST_CASE("an entry is written once and read back as it was") {
  TempStore store;
  Note note = make_note("c1", "ann", Product::Numbers, Charge::OneTime);
  note.reference = "order-1";
  note.description = "+13125550100 \"local\"";
  note.billing_group = "group-1";
  note.quantity = 3;
  const auto write = [&](store::Batch& batch) { give_credit(batch, note, 7); };
  REQUIRE(store.commit(write).status == Status::Done);
  CHECK(store.commit(write).status == Status::Conflict);
  const auto entry = find_entry(*store->snapshot(), "c1");
  REQUIRE(entry);
  CHECK(entry->note.owner == "ann");
  CHECK(entry->note.product == Product::Numbers);
  CHECK(entry->note.charge == Charge::OneTime);
  CHECK(entry->note.reference == note.reference);
  CHECK(entry->note.description == note.description);
  CHECK(entry->note.billing_group == note.billing_group);
  CHECK(entry->note.quantity == 3);
  CHECK(entry->note.occurred_at == note.occurred_at);
  CHECK(entry->taken() == -7);
  CHECK(balance_of(store).balance == 7);
}

TEST_CASE("credit can be used up to its limit") {
  TempStore store;
  const auto set_limit = [&](const std::string& id, Nanos limit) {
    const auto snapshot = store->snapshot();
    return store.commit([&](store::Batch& batch) {
      set_credit_limit(batch, *snapshot, make_note(id, "ann"), limit);
    });
  };
  REQUIRE(set_limit("l1", 5 * kDollar).status == Status::Done);
  CHECK(balance_of(store).available() == 5 * kDollar);
  CHECK(balance_of(store).balance == 0);
  const auto spend = [&](const std::string& id, Nanos amount) {
    return store.commit(
        [&](store::Batch& batch) { charge(batch, make_note(id, "ann"), {.amount = amount}); });
  };
  CHECK(spend("c1", 4 * kDollar).status == Status::Done);
  CHECK(balance_of(store).balance == -4 * kDollar);
  CHECK(balance_of(store).credit_limit == 5 * kDollar);
  CHECK(spend("c2", 2 * kDollar).status == Status::OutOfBounds);
  CHECK(set_limit("l2", 3 * kDollar).status == Status::OutOfBounds);
  REQUIRE(set_limit("l3", 4 * kDollar).status == Status::Done);
  CHECK(balance_of(store).available() == 0);
  CHECK(credit_limit(*store->snapshot(), "ann", "USD") == 4 * kDollar);
}

TEST_CASE("two who change the limit at once: one has to look again") {
  TempStore store;
  const auto snapshot = store->snapshot();
  const auto set_limit = [&](const std::string& id, Nanos limit) {
    return store
        .commit([&](store::Batch& batch) {
          set_credit_limit(batch, *snapshot, make_note(id, "ann"), limit);
        })
        .status;
  };
  CHECK(set_limit("l1", 5) == Status::Done);
  CHECK(set_limit("l2", 9) == Status::Conflict);
  CHECK(balance_of(store).credit_limit == 5);
}

TEST_CASE("a transfer is an entry of both sides") {
  TempStore store;
  deposit_now(store, "ann", 10);
  const auto done =
      store.commit([](store::Batch& batch) { transfer(batch, make_note("t1", "ann"), "bob", 4); });
  REQUIRE(done.status == Status::Done);
  CHECK(balance_of(store, "ann").balance == 6);
  CHECK(balance_of(store, "bob").balance == 4);
  const auto snapshot = store->snapshot();
  CHECK(find_entry(*snapshot, "t1")->taken() == 4);
  const auto other = find_entry(*snapshot, "t1:bob");
  REQUIRE(other);
  CHECK(other->note.owner == "bob");
  CHECK(other->taken() == -4);
}

TEST_CASE("a mistake is undone by its opposite, once") {
  TempStore store;
  deposit_now(store, "ann", 10 * kDollar);
  store.commit([](store::Batch& batch) {
    charge(batch, make_note("c1", "ann", Product::Voice, Charge::Usage),
           {.amount = 3 * kDollar, .tax = kDollar, .cost = kDollar});
  });
  const auto entry = find_entry(*store->snapshot(), "c1");
  REQUIRE(entry);
  const auto undo = [&](store::Batch& batch) { reverse(batch, *entry, make_note("", "ann")); };
  REQUIRE(store.commit(undo).status == Status::Done);
  CHECK(store.commit(undo).status == Status::Conflict);
  const auto snapshot = store->snapshot();
  CHECK(balance_of(store).balance == 10 * kDollar);
  CHECK(read_account(*snapshot, "ann", Kind::Revenue) == 0);
  CHECK(read_account(*snapshot, "ann", Kind::Payable) == 0);
  const auto correction = find_entry(*snapshot, "c1:reversed");
  REQUIRE(correction);
  CHECK(correction->note.charge == Charge::Correction);
  CHECK(correction->note.reference == "c1");
  CHECK(correction->taken() == -4 * kDollar);
}

TEST_CASE("currencies are books of their own") {
  TempStore store;
  deposit_now(store, "ann", 10);
  Note euros = make_note("e1", "ann");
  euros.currency = "EUR";
  CHECK(store.commit([&](store::Batch& batch) { charge(batch, euros, {.amount = 1}); }).status ==
        Status::OutOfBounds);
  CHECK(read_balance(*store->snapshot(), "ann", "EUR").balance == 0);
}

TEST_CASE("names of products and charges are read as they are written") {
  for (const Product product : kProducts) CHECK(parse_product(to_string(product)) == product);
  for (const Charge charge : kCharges) CHECK(parse_charge(to_string(charge)) == charge);
  CHECK_FALSE(parse_product("gold"));
  CHECK_FALSE(parse_charge(""));
}

}  // namespace
}  // namespace tandem::ledger
