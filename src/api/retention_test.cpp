#include "api/retention.h"

#include <thread>

#include <doctest/doctest.h>

#include "api/testing.h"
#include "api/workflows.h"

namespace tandem::api {
namespace {

using namespace std::chrono_literals;

/// Notes that are kept for two days, letters for ten unless they are sealed.
struct World {
  testing::Platform platform{[](Registry& registry) {
    registry.collection({"notes", {}});
    registry.collection({"letters", {}});
    registry.collection({"visits", {}, true});
    declare_retention(registry,
                      {{"notes", 48h},
                       {"visits", 48h},
                       {"letters", 240h, [](const store::Snapshot&, const store::Row& row) {
                          return document_of(row)["sealed"].boolean();
                        }}});
  }};

  void put(const std::string& collection, const std::string& account, int count,
           bool sealed = false) {
    store::Batch batch;
    for (int i = 0; i < count; ++i) {
      const std::string id = collection + account + std::to_string(++made);
      batch.puts.push_back({collection, id, account, sealed ? R"({"sealed":true})" : "{}",
                            store::kNew, platform.clock.now()});
    }
    REQUIRE(platform.database->commit_now(std::move(batch)).status ==
            store::Committed::Status::Done);
  }
  int64_t count(const std::string& collection) const {
    store::Query query;
    query.collection = collection;
    return platform.database->snapshot()->count(query);
  }
  /// Runs one step; its timer as it goes on.
  Timer step(const Timer& timer) {
    auto effects = (*platform.registry.workflow(kRetentionWorkflow))(
        {timer, platform.clock.now(), platform.ids}, *platform.database->snapshot());
    CHECK(effects.batch.removes.size() <= static_cast<size_t>(kRowsGoneAtOnce));
    REQUIRE(platform.database->commit_now(std::move(effects.batch)).status ==
            store::Committed::Status::Done);
    REQUIRE(effects.timers.size() == 1);
    return effects.timers.front();
  }
  /// Steps until the cleaning is over; how many it took.
  int clean() {
    Timer timer{"x", std::string(kRetentionWorkflow), platform.clock.now(), "{}", ""};
    int steps = 0;
    do {
      timer = step(timer);
      ++steps;
    } while (timer.due == platform.clock.now());
    CHECK(timer.due == platform.clock.now() + kCleaningInterval);
    return steps;
  }

  int made = 0;
};

TEST_CASE("rows go when their time is over, and not before") {
  World world;
  const std::string other =
      auth::create_account(*world.platform.database, world.platform.moment(), "Other")->id;
  for (const std::string& account : {std::string(), world.platform.account, other}) {
    world.put("notes", account, 3);
    world.put("letters", account, 2);
  }
  world.platform.clock.advance(48h);
  world.put("notes", other, 1);
  world.clean();
  CHECK(world.count("notes") == 10);
  world.platform.clock.advance(1ms);
  world.clean();
  CHECK(world.count("notes") == 1);
  CHECK(world.count("letters") == 6);
  world.platform.clock.advance(240h);
  world.clean();
  CHECK(world.count("notes") == 0);
  CHECK(world.count("letters") == 0);
}

TEST_CASE("entries of a log go when their time is over, not much later") {
  World world;
  world.put("visits", world.platform.account, 1'000);
  world.platform.clock.advance(1h);
  world.put("visits", world.platform.account, 3);
  world.platform.clock.advance(47h);
  world.clean();
  CHECK(world.count("visits") == 1'003);
  world.platform.clock.advance(1min);
  world.clean();
  CHECK(world.count("visits") == 3);
  world.platform.clock.advance(1h);
  world.clean();
  CHECK(world.count("visits") == 0);
}

TEST_CASE("many rows go in small steps") {
  World world;
  world.put("notes", world.platform.account, 3 * static_cast<int>(kRowsGoneAtOnce) + 1);
  world.platform.clock.advance(49h);
  CHECK(world.clean() >= 4);
  CHECK(world.count("notes") == 0);
}

TEST_CASE("what is still needed stays, however much of it there is") {
  World world;
  world.put("letters", world.platform.account, static_cast<int>(kRowsGoneAtOnce) + 1, true);
  world.put("letters", "", 1);
  world.platform.clock.advance(241h);
  world.clean();
  CHECK(world.count("letters") == kRowsGoneAtOnce + 1);
}

TEST_CASE("the runner keeps it going by itself, on the clock") {
  World world;
  WorkflowRunner::Options options;
  options.standing = {std::string(kRetentionWorkflow)};
  WorkflowRunner runner(world.platform.shards, *world.platform.dispatcher, world.platform.registry,
                        world.platform.metrics, options);
  world.platform.clock.on_advance([&runner] { runner.wake(); });
  world.platform.dispatcher->on_timers([&runner](WallTime due) { runner.due_at(due); });
  runner.start();
  for (int round = 0; round < 2; ++round) {
    world.put("notes", world.platform.account, 500);
    world.platform.clock.advance(49h);
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (world.count("notes") > 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    CHECK(world.count("notes") == 0);
  }
  runner.stop();
}

}  // namespace
}  // namespace tandem::api
