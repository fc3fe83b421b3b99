#include "api/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "api/handler_pool.h"
#include "api/resource_fields.h"
#include "api/timer_rows.h"
#include "core/metrics.h"
#include "core/random.h"
#include "runtime/shards.h"

namespace tandem::api {
namespace {

/// Batches of one turn after which the store gets them although the turn goes on.
constexpr size_t kMaxTurnBatches = 128;

/// One decision on its way.
struct Work {
  Decision decision;
  Dispatcher::Done done;
  runtime::Shard* home = nullptr;
  int attempts = 0;
  Effects effects;  // of the latest attempt; its batch is with the store
  std::optional<WallTime> earliest_timer;
  std::vector<size_t> changes;  // listeners whose collections the batch touches
};

/// What a shard decided and has not handed to the store yet.
struct Turn {
  std::vector<store::Batch> batches;
  std::vector<std::unique_ptr<Work>> works;  // of each batch
};

struct ShardIds {
  ShardIds(const Clock& clock, uint16_t node) : ids(clock, random, node) {}
  SystemRandom random;
  Ids ids;
};

struct ChangeListener {
  std::vector<std::string> collections;
  std::function<void()> call;

  bool watches(const std::string& name) const {
    return std::find(collections.begin(), collections.end(), name) != collections.end();
  }
  bool concerned(const store::Batch& batch) const {
    const auto watched = [this](const auto& change) { return watches(change.collection); };
    return std::any_of(batch.puts.begin(), batch.puts.end(), watched) ||
           std::any_of(batch.removes.begin(), batch.removes.end(), watched);
  }
};

ApiError duplicate_error(std::string_view what) {
  const size_t dot = what.find('.');
  const std::string field(dot == std::string_view::npos ? what : what.substr(dot + 1));
  return {"10012", "Another resource of your account has this value already.", pointer_of(field)};
}

ApiError busy_error() {
  return ApiError("10036", "Others keep changing this resource; try again.").with_status(409);
}

ApiError unavailable_error() {
  return ApiError("10037", "The store can't take this change now; try again later.")
      .with_status(503);
}

}  // namespace

struct Dispatcher::Impl {
  runtime::Shards& shards;
  store::Database& database;
  const Clock& clock;
  Options options;
  EventSink* sink = nullptr;
  std::function<std::optional<ApiError>(const Effects&)> check;
  std::function<void(store::Batch&, const store::Snapshot&)> complete;
  std::function<void(WallTime)> timers_listener;
  std::vector<ChangeListener> change_listeners;
  std::vector<std::unique_ptr<ShardIds>> shard_ids;
  std::vector<Turn> turns;  // one a shard, for its thread only
  std::unique_ptr<HandlerPool> pool;
  std::atomic<size_t> next_shard{0};
  Counter& commits;
  Counter& conflicts;

  Impl(runtime::Shards& s, store::Database& d, const Clock& c, Metrics& metrics, Options o)
      : shards(s),
        database(d),
        clock(c),
        options(o),
        turns(s.size()),
        commits(metrics.counter("tandem_api_commits_total", "Batches made durable.")),
        conflicts(metrics.counter("tandem_api_conflicts_total",
                                  "Decisions run again because what they read had changed.")) {
    for (size_t i = 0; i < shards.size(); ++i) {
      shard_ids.push_back(std::make_unique<ShardIds>(clock, static_cast<uint16_t>(i)));
    }
    if (options.handler_threads > 0) {
      pool = std::make_unique<HandlerPool>(options.handler_threads, options.max_waiting, clock);
    }
  }

  /// The shard whose thread this is, when it is one of ours: engines have shards of their own.
  runtime::Shard* own_shard() {
    runtime::Shard* here = runtime::Shard::current();
    const bool ours =
        here != nullptr && here->index() < shards.size() && &shards[here->index()] == here;
    return ours ? here : nullptr;
  }

  void start(std::unique_ptr<Work> work) {
    if (!pool) {
      Ids& ids = shard_ids[work->home->index()]->ids;
      attempt(std::move(work), ids);
      return;
    }
    // The pointer is shared with the refusal below, which takes it back when the queue is full.
    auto held = std::make_shared<std::unique_ptr<Work>>(std::move(work));
    HandlerPool::Work job = [this, held](Ids& ids) { attempt(std::move(*held), ids); };
    if (!pool->submit(job)) refuse_work(std::move(*held), unavailable_error());
  }

  void attempt(std::unique_ptr<Work> work, Ids& ids) {
    ++work->attempts;
    std::unique_ptr<store::Snapshot> snapshot = database.snapshot();
    const Moment moment{clock.now(), ids};
    Outcome outcome = work->decision(moment, *snapshot);
    if (outcome && complete) complete(outcome->batch, *snapshot);
    snapshot.reset();
    if (!outcome) return refuse_work(std::move(work), std::move(outcome.error()));
    work->effects = std::move(*outcome);
    if (check) {
      if (auto error = check(work->effects)) return refuse_work(std::move(work), *error);
    }
    work->earliest_timer = seal(work->effects);
    store::Batch batch = std::move(work->effects.batch);
    if (batch.empty()) return at_home(std::move(work), {});
    note_changes(batch, *work);
    if (work->home->on_this_thread()) return gather(std::move(work), std::move(batch));
    Turn turn;
    turn.batches.push_back(std::move(batch));
    turn.works.push_back(std::move(work));
    hand_over(std::move(turn));
  }

  /// What one turn of the shard's loop decides goes to the store in one go: each waking of another
  /// thread costs as much as a small decision.
  void gather(std::unique_ptr<Work> work, store::Batch batch) {
    runtime::Shard* home = work->home;
    Turn& turn = turns[home->index()];
    turn.batches.push_back(std::move(batch));
    turn.works.push_back(std::move(work));
    if (turn.works.size() >= kMaxTurnBatches) return hand_over(std::exchange(turn, {}));
    if (turn.works.size() > 1) return;
    home->post([this, &turn] {
      if (!turn.works.empty()) hand_over(std::exchange(turn, {}));
    });
  }

  void hand_over(Turn turn) {
    database.commit_all(
        std::move(turn.batches),
        [this, works = std::move(turn.works)](std::vector<store::Committed> results) mutable {
          settled(std::move(works), std::move(results));
        });
  }

  /// The store has spoken, about works of one home.
  void settled(std::vector<std::unique_ptr<Work>> works, std::vector<store::Committed> results) {
    runtime::Shard* home = works.front()->home;
    auto all = [this, held = std::move(works), told = std::move(results)]() mutable {
      for (size_t i = 0; i < held.size(); ++i) conclude(std::move(held[i]), std::move(told[i]));
    };
    if (home->on_this_thread()) return all();
    home->post(std::move(all));
  }

  void note_changes(const store::Batch& batch, Work& work) const {
    work.changes.clear();
    for (size_t i = 0; i < change_listeners.size(); ++i) {
      if (change_listeners[i].concerned(batch)) work.changes.push_back(i);
    }
  }

  /// Goes on where the decision came from.
  void at_home(std::unique_ptr<Work> work, store::Committed committed) {
    runtime::Shard* home = work->home;
    if (home->on_this_thread()) return conclude(std::move(work), std::move(committed));
    home->post([this, held = std::move(work), c = std::move(committed)]() mutable {
      conclude(std::move(held), std::move(c));
    });
  }

  void conclude(std::unique_ptr<Work> work, store::Committed committed) {
    using Status = store::Committed::Status;
    switch (committed.status) {
      case Status::Done:
        return release(std::move(work));
      case Status::Conflict:
        conflicts.add();
        if (work->attempts < options.max_attempts) return start(std::move(work));
        return refuse_work(std::move(work), busy_error());
      case Status::Duplicate:
        return refuse_work(std::move(work), duplicate_error(committed.what));
      case Status::OutOfBounds: {
        const auto& mapping = work->effects.out_of_bounds;
        ApiError error = mapping ? mapping(committed.what)
                                 : ApiError("20100", "The balance does not cover this.");
        return refuse_work(std::move(work), std::move(error));
      }
      case Status::Failed:
        return refuse_work(std::move(work), unavailable_error());
    }
  }

  void release(std::unique_ptr<Work> work) {
    commits.add();
    for (const size_t listener : work->changes) change_listeners[listener].call();
    if (work->done) work->done({std::nullopt, std::move(work->effects.reply)});
    for (auto& command : work->effects.after_commit) command();
    if (sink && !work->effects.events.empty()) sink->committed(std::move(work->effects.events));
    if (timers_listener && work->earliest_timer) timers_listener(*work->earliest_timer);
  }

  void refuse_work(std::unique_ptr<Work> work, ApiError error) {
    if (!work->done) return;
    runtime::Shard* home = work->home;
    if (home->on_this_thread()) return work->done({std::move(error), {}});
    home->post([held = std::move(work), e = std::move(error)]() mutable {
      held->done({std::move(e), {}});
    });
  }
};

Dispatcher::Dispatcher(runtime::Shards& shards, store::Database& database, const Clock& clock,
                       Metrics& metrics, Options options)
    : impl_(std::make_unique<Impl>(shards, database, clock, metrics, options)) {}
Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::set_event_sink(EventSink* sink) { impl_->sink = sink; }

void Dispatcher::set_check(std::function<std::optional<ApiError>(const Effects&)> check) {
  impl_->check = std::move(check);
}

void Dispatcher::set_completion(
    std::function<void(store::Batch&, const store::Snapshot&)> complete) {
  impl_->complete = std::move(complete);
}

void Dispatcher::on_timers(std::function<void(WallTime earliest)> listener) {
  impl_->timers_listener = std::move(listener);
}

void Dispatcher::on_change(std::vector<std::string> collections, std::function<void()> listener) {
  impl_->change_listeners.push_back({std::move(collections), std::move(listener)});
}

void Dispatcher::decide(Decision decision, Done done) {
  auto work = std::make_unique<Work>();
  work->decision = std::move(decision);
  work->done = std::move(done);
  if (runtime::Shard* here = impl_->own_shard()) {
    work->home = here;
    impl_->start(std::move(work));
    return;
  }
  const size_t index = impl_->next_shard.fetch_add(1) % impl_->shards.size();
  work->home = &impl_->shards[index];
  work->home->post([this, held = std::move(work)]() mutable { impl_->start(std::move(held)); });
}

Ids& Dispatcher::ids(size_t shard) { return impl_->shard_ids[shard]->ids; }
const Clock& Dispatcher::clock() const { return impl_->clock; }
store::Database& Dispatcher::database() { return impl_->database; }

void Dispatcher::stop() {
  if (impl_->pool) impl_->pool->stop();
}

}  // namespace tandem::api
