#include "api/workflows.h"

#include <atomic>

#include <doctest/doctest.h>

#include "api/idempotency.h"
#include "api/testing.h"
#include "api/timer_rows.h"

namespace tandem::api {
namespace {

using testing::Platform;
using namespace std::chrono_literals;

/// Says when a number of steps has been done.
class Done {
 public:
  void add() {
    {
      const std::lock_guard lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  bool reaches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

/// A platform with a runner and a workflow "note" that counts once its effects are durable.
struct Rig {
  Done done;
  std::atomic<int> failing{0};
  Platform platform;
  WorkflowRunner runner;

  Rig()
      : platform([this](Registry& registry) { declare(registry); }),
        runner(platform.shards, *platform.dispatcher, platform.registry, platform.metrics) {
    platform.clock.on_advance([this] { runner.wake(); });
    platform.dispatcher->on_timers([this](WallTime due) { runner.due_at(due); });
  }
  void declare(Registry& registry) {
    registry.collection({"notes", {}});
    registry.workflow("note", [this](const Step& step, const store::Snapshot&) {
      Effects effects;
      effects.put("notes", step.timer.payload, "a", json::Value::object());
      // Below its bound while it is to fail.
      effects.batch.adjusts.push_back({"steps", failing-- > 0 ? -1 : 1, 0, 1'000});
      effects.after_commit.emplace_back([this] { done.add(); });
      return effects;
    });
    registry.workflow("again", [this](const Step& step, const store::Snapshot&) {
      Effects effects;
      Timer next = step.timer;
      next.due = step.now + 1h;
      effects.timers.push_back(next);
      effects.after_commit.emplace_back([this] { done.add(); });
      return effects;
    });
  }
  void set(std::string id, std::string workflow, Millis in) {
    std::promise<void> promise;
    platform.dispatcher->decide(
        [&](const Moment& moment, const store::Snapshot&) -> Outcome {
          Effects effects;
          effects.timers.push_back({id, workflow, moment.now + in, id, ""});
          return effects;
        },
        [&](const Decided&) { promise.set_value(); });
    promise.get_future().get();
  }
  int64_t timers() {
    store::Query query;
    query.collection = std::string(kTimers);
    query.where = {{"id", store::Compare::Ne, {std::string(kForgetWorkflow)}}};
    return platform.database->snapshot()->count(query);
  }
  void settle() {
    // Everything posted so far has run when this has.
    for (int i = 0; i < 3; ++i) {
      std::promise<void> promise;
      platform.shards[0].post([&] { promise.set_value(); });
      promise.get_future().get();
    }
  }
};

TEST_CASE("a step runs when it is due on the clock, once") {
  Rig rig;
  rig.runner.start();
  rig.set("a", "note", 1h);
  rig.settle();
  CHECK(rig.done.count() == 0);
  rig.platform.clock.advance(59min);
  rig.settle();
  CHECK(rig.done.count() == 0);
  rig.platform.clock.advance(1min);
  CHECK(rig.done.reaches(1));
  CHECK(rig.timers() == 0);
  CHECK(rig.platform.database->snapshot()->get("notes", "a"));
}

TEST_CASE("setting a timer again moves it, cancelling takes it away") {
  Rig rig;
  rig.runner.start();
  rig.set("a", "note", 1h);
  rig.set("a", "note", 3h);
  rig.platform.clock.advance(2h);
  rig.settle();
  CHECK(rig.done.count() == 0);
  std::promise<void> promise;
  rig.platform.dispatcher->decide(
      [](const Moment&, const store::Snapshot&) -> Outcome {
        Effects effects;
        effects.cancelled_timers.push_back("a");
        return effects;
      },
      [&](const Decided&) { promise.set_value(); });
  promise.get_future().get();
  rig.platform.clock.advance(2h);
  rig.settle();
  CHECK(rig.done.count() == 0);
  CHECK(rig.timers() == 0);
}

TEST_CASE("what fell due while nobody ran is caught up with") {
  Rig rig;
  for (int i = 0; i < 200; ++i) rig.set("t" + std::to_string(i), "note", Millis(i));
  rig.platform.clock.advance(24h);
  CHECK(rig.done.count() == 0);
  rig.runner.start();
  CHECK(rig.done.reaches(200));
  rig.settle();
  CHECK(rig.done.count() == 200);
  CHECK(rig.timers() == 0);
}

TEST_CASE("a step that sets its own timer runs again and again") {
  Rig rig;
  rig.runner.start();
  rig.set("r", "again", 0ms);
  CHECK(rig.done.reaches(1));
  for (int i = 2; i <= 4; ++i) {
    rig.platform.clock.advance(1h);
    CHECK(rig.done.reaches(i));
  }
  CHECK(rig.timers() == 1);
}

TEST_CASE("a step that fails is tried again with growing pauses") {
  Rig rig;
  rig.failing = 1;
  rig.runner.start();
  rig.set("f", "note", 0ms);
  const auto failures = [&] {
    const auto row = rig.platform.database->snapshot()->get(kTimers, "f");
    return row ? read_timer(*row).failures : -1;
  };
  const auto patience = std::chrono::steady_clock::now() + 5s;
  while (failures() == 0 && std::chrono::steady_clock::now() < patience) rig.settle();
  CHECK(failures() == 1);
  CHECK(rig.done.count() == 0);
  rig.platform.clock.advance(2s);
  CHECK(rig.done.reaches(1));
  CHECK(rig.timers() == 0);
}

TEST_CASE("expired requests are forgotten") {
  Platform platform([](Registry& registry) {
    registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
  });
  platform.send("POST", "/v2/billing_groups", R"({"name":"a"})", {{"idempotency-key", "k"}});
  store::Query query;
  query.collection = std::string(kIdempotencyKeys);
  CHECK(platform.database->snapshot()->count(query) == 1);
  const Timer timer = forget_timer(platform.clock.now());
  const auto step = [&] {
    return forget_requests({timer, platform.clock.now(), platform.ids},
                           *platform.database->snapshot());
  };
  CHECK(step().batch.removes.empty());
  platform.clock.advance(25h);
  const Effects effects = step();
  CHECK(effects.batch.removes.size() == 1);
  REQUIRE(effects.timers.size() == 1);
  CHECK(effects.timers.front().due > platform.clock.now());
}

}  // namespace
}  // namespace tandem::api
