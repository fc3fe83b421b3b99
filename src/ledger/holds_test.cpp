#include "ledger/holds.h"

#include <doctest/doctest.h>

#include "ledger/testing.h"
#include "ledger/views.h"

namespace tandem::ledger {
namespace {

using testing::kStart;
using testing::make_note;
using testing::TempStore;
using Status = store::Committed::Status;

/// Ann has 100 and a hold "call-1" of 40.
struct Scene {
  Scene() {
    const auto done = store.commit([&](store::Batch& batch) {
      deposit(batch, make_note("d1", "ann"), 100);
      open_hold(batch, {.id = "call-1", .owner = "ann", .amount = 40, .opened_at = kStart});
    });
    REQUIRE(done.status == Status::Done);
  }
  Hold hold() {
    const auto found = find_hold(*store->snapshot(), "call-1");
    REQUIRE(found);
    return *found;
  }
  void check(Nanos balance, Nanos pending) {
    const Balance now = read_balance(*store->snapshot(), "ann");
    CHECK(now.balance == balance);
    CHECK(now.pending == pending);
  }
  Note usage(std::string id) {
    return make_note(std::move(id), "ann", Product::Voice, Charge::Usage);
  }

  TempStore store;
};

TEST_CASE("a hold sets money aside") {
  Scene scene;
  scene.check(60, 40);
  const Hold hold = scene.hold();
  CHECK(hold.owner == "ann");
  CHECK(hold.amount == 40);
  CHECK(hold.opened_at == kStart);
  const auto open = [&](const std::string& id, Nanos amount) {
    return scene.store
        .commit([&](store::Batch& batch) {
          open_hold(batch, {.id = id, .owner = "ann", .amount = amount, .opened_at = kStart});
        })
        .status;
  };
  CHECK(open("call-2", 61) == Status::OutOfBounds);
  CHECK(open("call-1", 1) == Status::Conflict);
  CHECK(open("call-2", 60) == Status::Done);
  scene.check(0, 100);
}

TEST_CASE("settling charges the price and gives back the rest") {
  Scene scene;
  const Hold hold = scene.hold();
  const auto done = scene.store.commit([&](store::Batch& batch) {
    settle(batch, hold, scene.usage("c1"), {.amount = 25, .tax = 5, .cost = 10});
  });
  REQUIRE(done.status == Status::Done);
  scene.check(70, 0);
  const auto snapshot = scene.store->snapshot();
  CHECK_FALSE(find_hold(*snapshot, "call-1"));
  CHECK(find_entry(*snapshot, "c1")->taken() == 30);
  CHECK(read_account(*snapshot, "ann", Kind::Revenue) == 25);
  CHECK(read_account(*snapshot, "ann", Kind::Payable) == 10);
}

TEST_CASE("settling for more takes the difference from what is left") {
  Scene scene;
  const Hold hold = scene.hold();
  const auto settle_for = [&](Nanos amount) {
    return scene.store.commit(
        [&](store::Batch& batch) { settle(batch, hold, scene.usage("c1"), {.amount = amount}); });
  };
  const auto too_much = settle_for(101);
  CHECK(too_much.status == Status::OutOfBounds);
  CHECK(too_much.what == counter_key("ann", Kind::Cash, "USD"));
  scene.check(60, 40);
  CHECK(settle_for(90).status == Status::Done);
  scene.check(10, 0);
}

TEST_CASE("parts are charged while it stays open; it can grow") {
  Scene scene;
  Hold hold = scene.hold();
  const auto done = scene.store.commit([&](store::Batch& batch) {
    CHECK(capture(batch, hold, scene.usage("c1"), {.amount = 30}));
    CHECK_FALSE(capture(batch, hold, scene.usage("c2"), {.amount = 11}));
    extend(batch, hold, 20);
    CHECK(capture(batch, hold, scene.usage("c2"), {.amount = 11}));
  });
  REQUIRE(done.status == Status::Done);
  scene.check(40, 19);
  CHECK(scene.hold().amount == 19);
  CHECK(scene.hold().revision == hold.revision);
  CHECK(scene.store.commit([&](store::Batch& batch) { extend(batch, hold, 41); }).status ==
        Status::OutOfBounds);
}

TEST_CASE("a release gives everything back") {
  Scene scene;
  const Hold hold = scene.hold();
  const auto give_back = [&](store::Batch& batch) { release(batch, hold); };
  REQUIRE(scene.store.commit(give_back).status == Status::Done);
  scene.check(100, 0);
  CHECK(scene.store.commit(give_back).status == Status::Conflict);
  scene.check(100, 0);
}

TEST_CASE("a hold that is kept elsewhere moves the money and has no row") {
  Scene scene;
  const Hold own{.id = "m1", .owner = "ann", .amount = 20, .kept_elsewhere = true};
  const auto commit = [&](const auto& change) {
    REQUIRE(scene.store.commit(change).status == Status::Done);
  };
  commit([&](store::Batch& batch) { open_hold(batch, own); });
  scene.check(40, 60);
  CHECK_FALSE(find_hold(*scene.store->snapshot(), "m1"));
  commit([&](store::Batch& batch) { settle(batch, own, scene.usage("c1"), {.amount = 20}); });
  scene.check(40, 40);
  commit([&](store::Batch& batch) { open_hold(batch, own); });
  commit([&](store::Batch& batch) { release(batch, own); });
  scene.check(40, 40);
}

TEST_CASE("of two who end a hold at once, one has to look again") {
  Scene scene;
  const Hold seen = scene.hold();
  Hold other = seen;
  REQUIRE(scene.store.commit([&](store::Batch& batch) { extend(batch, other, 1); }).status ==
          Status::Done);
  CHECK(scene.store
            .commit(
                [&](store::Batch& batch) { settle(batch, seen, scene.usage("c1"), {.amount = 1}); })
            .status == Status::Conflict);
  scene.check(59, 41);
  CHECK_FALSE(find_entry(*scene.store->snapshot(), "c1"));
}

}  // namespace
}  // namespace tandem::ledger
