#include "api/dispatcher.h"

#include <atomic>

#include <doctest/doctest.h>

#include "api/testing.h"
#include "runtime/shards.h"

namespace tandem::api {
namespace {

using testing::Platform;

void declare(Registry& registry) {
  registry.collection({"things", {{"name", store::Index::Kind::Text, true, false}}});
}

/// Decides and waits; from this thread, so on some shard.
Decided decide(Platform& platform, Decision decision) {
  std::promise<Decided> promise;
  platform.dispatcher->decide(std::move(decision),
                              [&](Decided decided) { promise.set_value(std::move(decided)); });
  return promise.get_future().get();
}

json::Value named(std::string_view name) { return json::Value::object({{"name", name}}); }

Outcome put_thing(std::string id, std::string_view name) {
  Effects effects;
  effects.put("things", std::move(id), "a", named(name), store::kNew);
  return effects;
}

TEST_CASE("effects are durable before anything is told of them") {
  Platform platform(declare);
  std::atomic<bool> commanded{false};
  const Decided decided = decide(platform, [&](const Moment& moment, const store::Snapshot&) {
    Outcome outcome = put_thing("1", "one");
    outcome->reply = Reply::json("{}", 201);
    outcome->events.push_back({"e1", "a", "thing.made", "1", "{}", moment.now, {}});
    outcome->after_commit.emplace_back([&] {
      CHECK(platform.database->snapshot()->get("things", "1"));
      commanded = true;
    });
    return outcome;
  });
  CHECK(!decided.error);
  CHECK(decided.reply.status == 201);
  CHECK(platform.database->snapshot()->get("things", "1"));
  // The command runs on the shard right behind the reply.
  decide(platform, [](const Moment&, const store::Snapshot&) -> Outcome { return Effects(); });
  CHECK(commanded);
  CHECK(platform.events.take().size() == 1);
}

TEST_CASE("an engine's own shards are strangers to the dispatcher") {
  Platform platform(declare);
  runtime::Shards engine(1);
  engine.start();
  std::promise<bool> told;
  engine[0].post([&] {
    platform.dispatcher->decide(
        [](const Moment&, const store::Snapshot&) { return put_thing("1", "one"); },
        [&](const Decided&) { told.set_value(engine[0].on_this_thread()); });
  });
  CHECK_FALSE(told.get_future().get());
  engine.stop();
}

TEST_CASE("a decision overtaken by another is made again") {
  Platform platform(declare);
  decide(platform, [](const Moment&, const store::Snapshot&) { return put_thing("1", "0"); });
  constexpr int kWriters = 20;
  std::atomic<int> runs{0};
  std::vector<std::future<void>> done;
  std::vector<std::promise<void>> promises(kWriters);
  for (std::promise<void>& promise : promises) {
    done.push_back(promise.get_future());
    platform.dispatcher->decide(
        [&](const Moment&, const store::Snapshot& snapshot) -> Outcome {
          ++runs;
          const auto row = snapshot.get("things", "1");
          json::Value thing = document_of(*row);
          thing.set("name", std::to_string(std::stoi(std::string(thing["name"].string())) + 1));
          Effects effects;
          effects.put("things", "1", "a", thing, row->revision);
          return effects;
        },
        [&promise](const Decided& decided) {
          CHECK(!decided.error);
          promise.set_value();
        });
  }
  for (auto& one : done) one.get();
  CHECK(document_of(*platform.database->snapshot()->get("things", "1"))["name"].string() == "20");
  CHECK(runs >= kWriters);
}

TEST_CASE("what the store refuses is answered as documented") {
  Platform platform(declare);
  decide(platform, [](const Moment&, const store::Snapshot&) { return put_thing("1", "same"); });
  const Decided twice = decide(
      platform, [](const Moment&, const store::Snapshot&) { return put_thing("2", "same"); });
  REQUIRE(twice.error);
  CHECK(twice.error->items.front().code == "10012");
  CHECK(twice.error->items.front().pointer == "/name");

  const auto spend = [](bool mapped) {
    return [mapped](const Moment&, const store::Snapshot&) -> Outcome {
      Effects effects;
      effects.batch.adjusts.push_back({"balance", -1, 0, 100});
      if (mapped) {
        effects.out_of_bounds = [](std::string_view key) {
          return ApiError("90042", std::string(key));
        };
      }
      return effects;
    };
  };
  CHECK(decide(platform, spend(false)).error->items.front().code == "20100");
  CHECK(decide(platform, spend(true)).error->items.front().detail == "balance");

  const Decided refused = decide(platform, [](const Moment&, const store::Snapshot&) -> Outcome {
    return refuse("10015", "no");
  });
  CHECK(refused.error->items.front().code == "10015");
}

TEST_CASE("one that is always overtaken gives up") {
  Platform platform(declare);
  decide(platform, [](const Moment&, const store::Snapshot&) { return put_thing("1", "x"); });
  const Decided stuck = decide(platform, [](const Moment&, const store::Snapshot&) {
    return put_thing("1", "y");  // new, although it is there
  });
  REQUIRE(stuck.error);
  CHECK(stuck.error->status == 409);
  CHECK(stuck.error->items.front().code == "10036");
}

TEST_CASE("listeners hear of changes to their collections only") {
  Platform platform(declare);
  std::atomic<int> heard{0};
  platform.dispatcher->on_change({"things"}, [&] { ++heard; });
  decide(platform, [](const Moment&, const store::Snapshot&) { return put_thing("1", "x"); });
  CHECK(heard == 1);
  decide(platform, [](const Moment& moment, const store::Snapshot&) -> Outcome {
    Effects effects;
    effects.timers.push_back({"t", "w", moment.now, "{}", ""});
    return effects;
  });
  CHECK(heard == 1);
}

TEST_CASE("decisions can run in a pool") {
  Platform::Options options;
  options.handler_threads = 3;
  options.shards = 2;
  Platform platform(declare, options);
  std::vector<std::promise<void>> promises(100);
  for (size_t i = 0; i < promises.size(); ++i) {
    platform.dispatcher->decide(
        [i](const Moment&, const store::Snapshot&) {
          CHECK(runtime::Shard::current() == nullptr);
          return put_thing(std::to_string(i), std::to_string(i));
        },
        [&promises, i](const Decided&) {
          CHECK(runtime::Shard::current() != nullptr);
          promises[i].set_value();
        });
  }
  for (auto& promise : promises) promise.get_future().get();
  store::Query query;
  query.collection = "things";
  CHECK(platform.database->snapshot()->count(query) == 100);
}

}  // namespace
}  // namespace tandem::api
