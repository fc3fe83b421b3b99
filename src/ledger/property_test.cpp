#include <atomic>
#include <map>
#include <thread>
#include <tuple>

#include <doctest/doctest.h>

#include "core/random.h"
#include "ledger/holds.h"
#include "ledger/testing.h"
#include "ledger/views.h"

// Several threads do business at random with several owners, at once. Whatever of it is committed
// and whatever is refused: the books balance, at every moment and at the end.
namespace tandem::ledger {
namespace {

using testing::kStart;
using testing::make_note;
using testing::TempStore;
using Status = store::Committed::Status;

constexpr int kThreads = 4;
constexpr int kStepsOfThread = 400;
constexpr Nanos kMostAmount = 50;
const std::vector<std::string> kOwners = {"ann", "bob", "cyd"};
const std::vector<std::string> kCurrencies = {"USD", "EUR"};
const std::vector<std::string> kGroups = {"", "sales", "support"};

/// One thread of business.
class Trader {
 public:
  Trader(TempStore& store, int number)
      : store_(store), number_(number), random_(static_cast<uint64_t>(number)) {}

  void run() {
    for (int step = 0; step < kStepsOfThread; ++step) {
      note_ = random_note(step);
      const auto snapshot = store_->snapshot();
      store::Batch batch;
      act(batch, *snapshot);
      if (batch.empty()) continue;
      const auto status = store_->commit_now(std::move(batch)).status;
      CHECK(
          (status == Status::Done || status == Status::OutOfBounds || status == Status::Conflict));
      if (status == Status::Done) ++done;
    }
  }
  int done = 0;

 private:
  Note random_note(int step) {
    Note note = make_note("e" + std::to_string(number_) + "-" + std::to_string(step), pick(kOwners),
                          pick_of(kProducts), pick_of(kCharges));
    note.currency = pick(kCurrencies);
    note.billing_group = pick(kGroups);
    note.quantity = static_cast<int64_t>(random_.below(5));
    note.occurred_at = kStart + std::chrono::hours(random_.below(72));
    return note;
  }
  const std::string& pick(const std::vector<std::string>& from) {
    return from[random_.below(from.size())];
  }
  template <class Enum, size_t N>
  Enum pick_of(const Enum (&from)[N]) {
    return from[random_.below(N)];
  }
  Nanos amount() { return static_cast<Nanos>(random_.below(kMostAmount)); }
  Price price() { return {.amount = amount(), .tax = amount() / 10, .cost = amount() / 2}; }
  /// Few ids, so that threads meet.
  std::string hold_id() { return "h" + std::to_string(random_.below(12)); }

  void act(store::Batch& batch, const store::Snapshot& snapshot) {
    switch (random_.below(9)) {
      case 0:
        return deposit(batch, note_, 2 * amount());
      case 1:
        return charge(batch, note_, price());
      case 2:
        return give_credit(batch, note_, amount() / 5);
      case 3:
        return set_credit_limit(batch, snapshot, note_, amount());
      case 4:
        if (const std::string& to = pick(kOwners); to != note_.owner)
          transfer(batch, note_, to, amount());
        return;
      case 5:
        return undo(batch, snapshot);
      case 6:
        return open_hold(batch, {.id = hold_id(),
                                 .owner = note_.owner,
                                 .currency = note_.currency,
                                 .amount = amount(),
                                 .opened_at = kStart});
      default:
        return use_hold(batch, snapshot);
    }
  }

  void undo(store::Batch& batch, const store::Snapshot& snapshot) {
    const std::string id = "e" + std::to_string(random_.below(kThreads)) + "-" +
                           std::to_string(random_.below(kStepsOfThread));
    // Limits are set, not undone: the row that tells them would go on telling the old one.
    const auto entry = find_entry(snapshot, id);
    if (!entry) return;
    for (const Leg& leg : entry->legs) {
      if (leg.kind == Kind::Credit) return;
    }
    reverse(batch, *entry, note_);
  }

  void use_hold(store::Batch& batch, const store::Snapshot& snapshot) {
    auto hold = find_hold(snapshot, hold_id());
    if (!hold) return;
    note_.owner = hold->owner;
    note_.currency = hold->currency;
    switch (random_.below(4)) {
      case 0:
        return extend(batch, *hold, amount());
      case 1:
        if (!capture(batch, *hold, note_, price())) extend(batch, *hold, amount());
        return;
      case 2:
        return settle(batch, *hold, note_, price());
      default:
        return release(batch, *hold);
    }
  }

  TempStore& store_;
  int number_;
  SeededRandom random_;
  Note note_;
};

/// What must hold in every snapshot, of counters alone.
void check_balanced(const store::Snapshot& snapshot) {
  for (const std::string& currency : kCurrencies) {
    Nanos sum = 0;
    for (const std::string& owner : kOwners) {
      for (const Kind kind : kKinds) sum += read_account(snapshot, owner, kind, currency);
      CHECK(read_account(snapshot, owner, Kind::Cash, currency) >= 0);
      CHECK(read_account(snapshot, owner, Kind::Held, currency) >= 0);
      const Balance balance = read_balance(snapshot, owner, currency);
      CHECK(balance.balance >= -balance.credit_limit);
      CHECK(balance.credit_limit == credit_limit(snapshot, owner, currency));
    }
    CHECK(sum == 0);
  }
}

std::vector<store::Row> all_rows(const store::Snapshot& snapshot, std::string_view collection) {
  store::Query query;
  query.collection = collection;
  query.limit = 100'000;
  return snapshot.list(query).rows;
}

/// Counters are the sums of what the rows say.
void check_against_rows(const store::Snapshot& snapshot) {
  std::map<std::tuple<std::string, Kind, std::string>, Nanos> accounts;
  std::map<std::tuple<std::string, std::string, Product, Charge>, std::pair<Nanos, int64_t>> totals;
  std::map<std::tuple<std::string, std::string, std::string>, Nanos> groups;
  for (const store::Row& row : all_rows(snapshot, kEntries)) {
    const Entry entry = read_entry(row);
    const Note& note = entry.note;
    for (const Leg& leg : entry.legs) {
      if (leg.owner == note.owner) accounts[{leg.owner, leg.kind, note.currency}] += leg.delta;
    }
    auto& total = totals[{note.owner, note.currency, note.product, note.charge}];
    total.first += entry.taken();
    total.second += note.quantity;
    if (!note.billing_group.empty())
      groups[{note.owner, note.currency, note.billing_group}] += entry.taken();
  }
  for (const store::Row& row : all_rows(snapshot, kHolds)) {
    const Hold hold = find_hold(snapshot, row.id).value();
    accounts[{hold.owner, Kind::Held, hold.currency}] += hold.amount;
    accounts[{hold.owner, Kind::Cash, hold.currency}] -= hold.amount;
  }
  const Period all{kStart - std::chrono::hours(24), kStart + std::chrono::hours(24 * 5)};
  for (const std::string& owner : kOwners) {
    for (const std::string& currency : kCurrencies) {
      for (const Kind kind : kKinds) {
        CHECK(read_account(snapshot, owner, kind, currency) == accounts[{owner, kind, currency}]);
      }
      for (const Total& total : read_totals(snapshot, owner, all, currency)) {
        const auto key = std::tuple(owner, currency, total.product, total.charge);
        CHECK(std::pair(total.taken, total.quantity) == totals[key]);
        totals.erase(key);
      }
      for (const std::string& group : kGroups) {
        if (group.empty()) continue;
        Nanos sum = 0;
        for (const Total& total : read_group_totals(snapshot, owner, group, all, currency))
          sum += total.taken;
        CHECK(sum == groups[{owner, currency, group}]);
      }
    }
  }
  for (const auto& [key, total] : totals) CHECK(total == std::pair<Nanos, int64_t>(0, 0));
}

TEST_CASE("the books balance, whatever is done at once") {
  TempStore store;
  std::vector<std::unique_ptr<Trader>> traders;
  for (int i = 0; i < kThreads; ++i) traders.push_back(std::make_unique<Trader>(store, i));
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (auto& trader : traders) {
    threads.emplace_back([&running, &trader = *trader] {
      trader.run();
      --running;
    });
  }
  while (running > 0) {
    check_balanced(*store->snapshot());
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  int done = 0;
  for (const auto& trader : traders) done += trader->done;
  CHECK(done > kThreads * kStepsOfThread / 4);
  const auto snapshot = store->snapshot();
  check_balanced(*snapshot);
  check_against_rows(*snapshot);
}

}  // namespace
}  // namespace tandem::ledger
