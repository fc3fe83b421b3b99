#include <future>

#include <doctest/doctest.h>

#include "store/testing.h"

// What a writer remembers of the database between commits: the same for every driver.
namespace tandem::store {
namespace {

using namespace testing;
using Status = Committed::Status;

std::vector<Collection> rooms() { return {{"rooms", {}}}; }

TEST_CASE_TEMPLATE("a batch that falls takes its counters back", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  std::vector<Batch> group(3);
  group[0].adjusts = {{"x", 5}};
  group[1].adjusts = {{"x", 10}, {"y", -1, 0}};  // y may not fall below 0
  group[2].adjusts = {{"x", 2}};
  std::promise<std::vector<Committed>> told;
  database->commit_all(std::move(group), [&told](std::vector<Committed> results) {
    told.set_value(std::move(results));
  });
  const std::vector<Committed> results = told.get_future().get();
  CHECK(results[1].status == Status::OutOfBounds);
  CHECK(results[1].what == "y");
  CHECK(database->snapshot()->counter("x") == 7);
  CHECK(database->snapshot()->counter("y") == 0);
}

TEST_CASE_TEMPLATE("counters and sequences follow what another process writes", Place,
                   STORE_TEST_PLACES) {
  const Place place;
  const auto ours = opened(place, rooms());
  const auto theirs = opened(place, rooms());
  const auto add = [](Database& database, const std::string& id) {
    Batch batch;
    batch.puts = {put(id, "{}")};
    batch.adjusts = {{"x", 1}};
    CHECK(database.commit_now(std::move(batch)).status == Status::Done);
  };
  add(*ours, "r1");
  add(*theirs, "r2");
  add(*ours, "r3");
  add(*theirs, "r4");
  const auto snapshot = ours->snapshot();
  CHECK(snapshot->counter("x") == 4);
  int64_t before = 0;
  for (const char* id : {"r1", "r2", "r3", "r4"}) {
    const int64_t sequence = snapshot->get("rooms", id)->sequence;
    CHECK(sequence > before);
    before = sequence;
  }
}

}  // namespace
}  // namespace tandem::store
