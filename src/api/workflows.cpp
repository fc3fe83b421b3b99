#include "api/workflows.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/collections.h"
#include "api/idempotency.h"
#include "api/timer_rows.h"
#include "core/log.h"
#include "core/metrics.h"
#include "runtime/shards.h"

namespace tandem::api {
namespace {

constexpr int kMaxDoublings = 20;

/// Whether the step set its own timer again: then it is moved, not removed.
bool sets_again(const Effects& effects, const std::string& id) {
  const auto same = [&](const Timer& timer) { return timer.id == id; };
  return std::any_of(effects.timers.begin(), effects.timers.end(), same);
}

/// One due timer: the step's effects and the end of the timer, all or nothing. Does nothing when
/// the timer was moved, done or taken away meanwhile.
Outcome run_step(const Registry& registry, const StoredTimer& stored, const Moment& moment,
                 const store::Snapshot& snapshot) {
  const auto row = snapshot.get(kTimers, stored.timer.id);
  if (!row || row->revision != stored.revision) return Effects();
  const Workflow* workflow = registry.workflow(stored.timer.workflow);
  if (!workflow) return refuse("10007", "no workflow is called " + stored.timer.workflow);
  Effects effects = (*workflow)(Step{stored.timer, moment.now, moment.ids}, snapshot);
  if (!sets_again(effects, stored.timer.id)) {
    effects.remove(std::string(kTimers), stored.timer.id, stored.revision);
  }
  return effects;
}

}  // namespace

// Lives on the first shard; only wake(), due_at() and idle() are called from elsewhere.
struct WorkflowRunner::Impl : std::enable_shared_from_this<Impl> {
  runtime::Shard& shard;
  Dispatcher& dispatcher;
  const Registry& registry;
  Options options;
  Counter& steps;
  Counter& failures;
  std::set<std::string> running;
  std::optional<runtime::TimerId> sleeping;
  WallTime wakes_at = WallTime::max();
  bool looking = false;  // a look is on its way already
  std::atomic<bool> started{false};
  std::atomic<int> busy{0};

  Impl(runtime::Shards& shards, Dispatcher& d, const Registry& r, Metrics& metrics, Options o)
      : shard(shards[0]),
        dispatcher(d),
        registry(r),
        options(std::move(o)),
        steps(metrics.counter("tandem_workflow_steps_total", "Workflow steps done.")),
        failures(metrics.counter("tandem_workflow_failures_total", "Workflow steps that failed.")) {
    options.standing.emplace_back(kForgetWorkflow);
  }

  void post_look() {
    busy.fetch_add(1);
    shard.post([self = shared_from_this()] {
      self->look();
      self->busy.fetch_sub(1);
    });
  }

  /// Starts what is due, as far as there is room, then sleeps until the next is.
  void look() {
    looking = false;
    if (!started) return;
    const WallTime now = dispatcher.clock().now();
    std::optional<WallTime> next;
    for (const StoredTimer& stored : first_timers()) {
      if (running.contains(stored.timer.id)) continue;
      if (stored.timer.due > now) {
        next = stored.timer.due;
        break;
      }
      if (running.size() >= options.max_running) break;  // the end of a step looks again
      run(stored);
    }
    if (next) sleep_until(*next, now);
  }

  std::vector<StoredTimer> first_timers() const {
    store::Query query;
    query.collection = std::string(kTimers);
    query.order = {{"due_ms", false}};
    query.limit = static_cast<int64_t>(options.max_running * 2 + 1);
    std::vector<StoredTimer> timers;
    for (const store::Row& row : dispatcher.database().snapshot()->list(query).rows) {
      timers.push_back(read_timer(row));
    }
    return timers;
  }

  void sleep_until(WallTime due, WallTime now) {
    if (sleeping) shard.cancel(*sleeping);
    wakes_at = due;
    const Millis pause = std::clamp<Millis>(due - now, Millis(0), options.longest_sleep);
    sleeping = shard.after(pause, [self = shared_from_this()] {
      self->sleeping.reset();
      self->wakes_at = WallTime::max();
      self->look();
    });
  }

  void look_soon() {
    if (looking || !started) return;
    looking = true;
    post_look();
  }

  void run(const StoredTimer& stored) {
    running.insert(stored.timer.id);
    busy.fetch_add(1);
    auto self = shared_from_this();
    dispatcher.decide(
        [self, stored](const Moment& moment, const store::Snapshot& snapshot) {
          return run_step(self->registry, stored, moment, snapshot);
        },
        [self, stored](Decided decided) {
          if (decided.error) return self->failed(stored, *decided.error);
          self->steps.add();
          self->finished(stored.timer.id);
        });
  }

  void failed(const StoredTimer& stored, const ApiError& error) {
    failures.add();
    const std::string why = error.items.empty() ? "unknown" : error.items.front().detail;
    log::warn("workflows", "a step failed and will be tried again",
              {{"workflow", stored.timer.workflow}, {"timer", stored.timer.id}, {"why", why}});
    auto self = shared_from_this();
    dispatcher.decide(
        [self, stored](const Moment& moment, const store::Snapshot&) -> Outcome {
          Timer timer = stored.timer;
          timer.due = moment.now + self->pause_after(stored.failures);
          Effects effects;
          effects.batch.puts.push_back(timer_row(timer, stored.failures + 1, stored.revision));
          return effects;
        },
        // Should even this not work, the timer is still due and the next look finds it.
        [self, id = stored.timer.id](const Decided&) { self->finished(id); });
  }

  Millis pause_after(int earlier_failures) const {
    const int doublings = std::clamp(earlier_failures, 0, kMaxDoublings);
    return std::min(options.first_pause * (int64_t{1} << doublings), options.longest_pause);
  }

  void finished(const std::string& id) {
    running.erase(id);
    look_soon();
    busy.fetch_sub(1);
  }
};

WorkflowRunner::WorkflowRunner(runtime::Shards& shards, Dispatcher& dispatcher,
                               const Registry& registry, Metrics& metrics, Options options)
    : impl_(std::make_shared<Impl>(shards, dispatcher, registry, metrics, options)) {}
WorkflowRunner::~WorkflowRunner() { stop(); }

void WorkflowRunner::start() {
  impl_->started = true;
  impl_->dispatcher.decide(
      [self = impl_](const Moment& moment, const store::Snapshot& snapshot) -> Outcome {
        Effects effects;
        for (const std::string& name : self->options.standing) {
          if (snapshot.get(kTimers, name)) continue;
          effects.timers.push_back({name, name, moment.now, "{}", ""});
        }
        return effects;
      },
      [self = impl_](const Decided&) { self->post_look(); });
}

void WorkflowRunner::stop() { impl_->started = false; }

void WorkflowRunner::wake() { impl_->post_look(); }

void WorkflowRunner::due_at(WallTime due) {
  impl_->shard.post([self = impl_, due] {
    if (due < self->wakes_at) self->look_soon();
  });
}

bool WorkflowRunner::idle() const { return impl_->busy == 0; }

}  // namespace tandem::api
