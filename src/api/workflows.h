#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "api/dispatcher.h"
#include "api/registry.h"
#include "core/clock.h"

namespace tandem {
class Metrics;
}
namespace tandem::runtime {
class Shards;
}

namespace tandem::api {

/// Runs what is due: sleeps until the next Timer on the Clock, takes it to its registered Workflow
/// with a snapshot, and commits what that wants together with the removal of the timer, so that a
/// step that was done is never lost nor half done. A step that fails is tried again with growing
/// pauses. What fell due while nobody ran is caught up with at start.
class WorkflowRunner {
 public:
  struct Options {
    size_t max_running = 32;                       // steps at once
    std::chrono::milliseconds first_pause{1'000};  // after a failure, doubled each time
    std::chrono::milliseconds longest_pause{3'600'000};
    std::chrono::milliseconds longest_sleep{60'000};  // of real time between two looks
    /// Workflows that set themselves again, each under its own name: start() sets their first.
    std::vector<std::string> standing = {};
  };
  WorkflowRunner(runtime::Shards& shards, Dispatcher& dispatcher, const Registry& registry,
                 Metrics& metrics, Options options);
  WorkflowRunner(runtime::Shards& shards, Dispatcher& dispatcher, const Registry& registry,
                 Metrics& metrics)
      : WorkflowRunner(shards, dispatcher, registry, metrics, Options()) {}
  ~WorkflowRunner();

  /// Sets the timers of standing workflows that have none (the room's own, idempotency.h, is one
  /// of them), looks at once, then whenever something is due. Again after the store was emptied.
  void start();
  /// Starts nothing more; steps under way end by themselves.
  void stop();
  /// The clock moved, or timers were changed: look now. Any thread.
  void wake();
  /// A timer was set for `due`. Any thread.
  void due_at(WallTime due);
  /// Steps that are due or running: none after a wake() has been worked off. Any thread.
  bool idle() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // steps under way share it
};

}  // namespace tandem::api
