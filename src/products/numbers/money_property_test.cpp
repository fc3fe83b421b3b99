#include <thread>

#include <doctest/doctest.h>

#include "api/workflows.h"
#include "core/random.h"
#include "ledger/books.h"
#include "ledger/views.h"
#include "products/common/charges.h"
#include "products/common/testing.h"
#include "products/numbers/numbers.h"

// Numbers are ordered, cancelled, given back and paid for month by month at random, through the
// API, by an account whose money runs out now and then. The books balance after every step.

namespace tandem::products::numbers {
namespace {

constexpr int kSteps = 150;

/// The numbers product with its workflows, and an account without money.
struct World {
  testing::TestServices services;
  api::testing::Platform platform;
  api::WorkflowRunner runner;
  SeededRandom random{20261120};
  int deposits = 0;

  World()
      : platform([this](api::Registry& registry) { declare_all(registry); }),
        runner(platform.shards, *platform.dispatcher, platform.registry, platform.metrics) {
    runner.start();
  }
  ~World() { runner.stop(); }

  void declare_all(api::Registry& registry) {
    for (const char* name : {"connections", "messaging_profiles", "billing_groups", "addresses",
                             "requirement_groups", "notification_events"}) {
      registry.collection({name, {}});
    }
    for (const store::Collection& collection : ledger::collections()) {
      registry.collection(collection);
    }
    declare_subscriptions(registry);
    declare(registry, services.get());
  }

  void deposit() {
    ledger::Note note;
    note.id = "deposit-" + std::to_string(++deposits);
    note.owner = platform.account;
    note.charge = ledger::Charge::Payment;
    note.occurred_at = platform.clock.now();
    store::Batch batch;
    ledger::deposit(batch, note,
                    static_cast<ledger::Nanos>(random.below(20)) * ledger::kNanosPerUnit);
    platform.database->commit_now(std::move(batch));
  }

  void order() {
    const char* kinds[] = {"US&filter[national_destination_code]=312", "GB&filter[locality]=London",
                           "DE&filter[phone_number_type]=mobile"};
    const auto found = platform.send(
        "GET", std::string("/v2/available_phone_numbers?filter[limit]=5&filter[country_code]=") +
                   kinds[random.below(3)]);
    json::Array numbers;
    const size_t wanted = 1 + random.below(4);
    for (const json::Value& number : found.json["data"].items()) {
      if (numbers.size() == wanted) break;
      numbers.push_back(json::Value::object({{"phone_number", number["phone_number"]}}));
    }
    const auto answer =
        platform.send("POST", "/v2/number_orders",
                      json::Value::object({{"phone_numbers", std::move(numbers)}}).text());
    CHECK((answer.status == 200 || answer.code() == "20100"));
  }

  void cancel() {
    const auto pending =
        platform.send("GET", "/v2/sub_number_orders?filter[status]=pending").json["data"];
    if (pending.items().empty()) return;
    const std::string id(pending.items().front()["id"].string());
    CHECK(platform.send("PATCH", "/v2/sub_number_orders/" + id + "/cancel").status == 200);
  }

  void give_back() {
    const auto active = platform.send("GET", "/v2/phone_numbers?filter[status]=active");
    const auto& numbers = active.json["data"].items();
    if (numbers.empty()) return;
    const std::string id(numbers[random.below(numbers.size())]["id"].string());
    CHECK(platform.send("DELETE", "/v2/phone_numbers/" + id).status == 200);
  }

  void wait_days(uint64_t days) {
    platform.clock.advance(std::chrono::hours(24 * days));
    runner.wake();
    while (!runner.idle()) std::this_thread::yield();
  }

  void act() {
    switch (random.below(6)) {
      case 0:
        return deposit();
      case 1:
      case 2:
        return order();
      case 3:
        return cancel();
      case 4:
        return give_back();
      default:
        return wait_days(random.below(40));
    }
  }
};

int64_t count(const store::Snapshot& snapshot, std::string_view collection) {
  store::Query query;
  query.collection = collection;
  return snapshot.count(query);
}

void check_books(World& world) {
  const auto snapshot = world.platform.database->snapshot();
  const std::string& account = world.platform.account;
  ledger::Nanos sum = 0;
  for (const ledger::Kind kind : ledger::kKinds) {
    sum += ledger::read_account(*snapshot, account, kind);
  }
  CHECK(sum == 0);
  const ledger::Nanos cash = ledger::read_account(*snapshot, account, ledger::Kind::Cash);
  CHECK(cash >= 0);
  ledger::Nanos taken = 0;
  store::Query entries;
  entries.collection = ledger::kEntries;
  entries.account = account;
  entries.limit = 100'000;
  for (const store::Row& row : snapshot->list(entries).rows)
    taken += ledger::read_entry(row).taken();
  CHECK(taken == -cash);
  // Whatever is held is paid for by the month, and nothing else is.
  CHECK(count(*snapshot, kSubscriptions) == count(*snapshot, "phone_numbers"));
  CHECK(count(*snapshot, "phone_numbers") == count(*snapshot, "number_claims"));
}

TEST_CASE("whatever happens to numbers, the books balance") {
  World world;
  for (int step = 0; step < kSteps; ++step) {
    world.act();
    check_books(world);
  }
  CHECK(ledger::read_account(*world.platform.database->snapshot(), world.platform.account,
                             ledger::Kind::Revenue) > 0);
}

}  // namespace
}  // namespace tandem::products::numbers
