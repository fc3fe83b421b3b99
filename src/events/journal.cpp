#include "events/journal.h"

#include <iterator>
#include <map>
#include <utility>

#include "core/assert.h"
#include "core/log.h"
#include "events/delivery_record.h"

namespace tandem::events {
namespace {

/// Results that one batch takes.
constexpr size_t kMaxGroup = 512;
/// Batches given to the store and not durable yet; results that come meanwhile make a larger one.
constexpr size_t kMaxGroupsUnderWay = 1;
/// Wait after the store refused or failed.
constexpr std::chrono::milliseconds kStorePause{1'000};

std::vector<OpenBundles::Share> shares_of(const std::vector<Settled>& group) {
  std::vector<OpenBundles::Share> shares;
  for (const Settled& settled : group) {
    shares.push_back({settled.delivery->bundle, settled.delivery->bundle_size});
  }
  return shares;
}

bool needs_history(const Settled& settled) {
  return settled.delivery->attempts > static_cast<int>(settled.attempts.size());
}

/// Nothing when the store fails to read what earlier rounds left.
std::optional<store::Batch> batch_of(const std::vector<Settled>& group, store::Database& database,
                                     WallTime now) {
  store::Batch batch;
  std::unique_ptr<store::Snapshot> snapshot;
  for (const Settled& settled : group) {
    const Delivery& delivery = *settled.delivery;
    std::optional<store::Row> before;
    if (needs_history(settled)) {
      if (!snapshot) snapshot = database.snapshot();
      before = snapshot->get(kDeliveries, delivery.id);
      if (snapshot->failed()) return std::nullopt;
    }
    const bool delivered = settled.outcome == Settled::Outcome::Delivered;
    const WallTime started = settled.attempts.empty() ? now : settled.attempts.front().started_at;
    batch.puts.push_back({.collection = std::string(kDeliveries),
                          .id = delivery.id,
                          .account = delivery.event.account,
                          .body = delivery_record(delivery, delivered, settled.attempts,
                                                  before ? before->body : std::string_view(), now),
                          .created_at = started});
    if (settled.outcome == Settled::Outcome::Retry) {
      batch.puts.push_back(outbox_row(delivery));
    } else if (delivery.bundle.empty()) {
      batch.removes.push_back({.collection = std::string(kOutbox), .id = delivery.id});
    }
  }
  return batch;
}

}  // namespace

Journal::Journal(store::Database& database, const Clock& clock, OnRecorded on_recorded)
    : database_(database), clock_(clock), on_recorded_(std::move(on_recorded)) {}

Journal::~Journal() { stop(); }

void Journal::start() {
  TANDEM_ASSERT(!thread_.joinable());
  thread_ = std::thread([this] { run(); });
}

void Journal::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    questions_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Journal::record(Settled settled) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    // Otherwise it was woken already, or will be when the group under way is written.
    wake = settled_.empty() && groups_under_way_ < kMaxGroupsUnderWay;
    settled_.push_back(std::move(settled));
  }
  if (wake) changed_.notify_one();
}

void Journal::ask(UniqueFunction<void()> question) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    questions_.push_back(std::move(question));
  }
  changed_.notify_one();
}

void Journal::read(std::string target, std::unordered_set<std::string> known, size_t limit,
                   UniqueFunction<void(Backlog)> done) {
  ask([this, target = std::move(target), known = std::move(known), limit,
       done = std::move(done)]() mutable { read_now(target, known, limit, done); });
}

void Journal::discover(UniqueFunction<void(std::vector<std::string>)> done) {
  ask([this, done = std::move(done)]() mutable { discover_now(done); });
}

void Journal::reset() {
  const std::lock_guard lock(mutex_);
  settled_.clear();
  questions_.clear();
  bundles_.clear();
}

bool Journal::has_work() const {
  const bool may_write = groups_under_way_ < kMaxGroupsUnderWay &&
                         (stopping_ || std::chrono::steady_clock::now() >= not_before_);
  if (!settled_.empty() && may_write) return true;
  return stopping_ ? groups_under_way_ == 0 : !questions_.empty();
}

void Journal::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (!has_work()) {
      if (settled_.empty()) {
        changed_.wait(lock);
      } else {
        changed_.wait_for(lock, kStorePause);
      }
    }
    if (stopping_ && settled_.empty()) return;
    Group group = take_group();
    UniqueFunction<void()> question;
    if (!questions_.empty()) {
      question = std::move(questions_.front());
      questions_.pop_front();
    }
    lock.unlock();
    if (!group.empty()) write(std::move(group));
    if (question) question();
    lock.lock();
  }
}

Journal::Group Journal::take_group() {
  Group group;
  if (groups_under_way_ == kMaxGroupsUnderWay) return group;
  if (!stopping_ && std::chrono::steady_clock::now() < not_before_) return group;
  while (!settled_.empty() && group.size() < kMaxGroup) {
    group.push_back(std::move(settled_.front()));
    settled_.pop_front();
  }
  if (!group.empty()) ++groups_under_way_;
  return group;
}

void Journal::write(Group group) {
  auto batch = batch_of(group, database_, clock_.now());
  if (!batch) {
    store::Batch nothing;
    bundles_.settle(nothing, shares_of(group));
    written(std::move(group), {store::Committed::Status::Failed, "reading earlier attempts"});
    return;
  }
  bundles_.settle(*batch, shares_of(group));
  // While only a few come in, they go with what others wait for.
  const auto haste = group.size() < kMaxGroup / 4 ? store::Haste::Later : store::Haste::Now;
  auto told = [this, group = std::move(group)](const store::Committed& result) mutable {
    written(std::move(group), result);
  };
  database_.commit(std::move(*batch), std::move(told), haste);
}

void Journal::written(Group group, const store::Committed& result) {
  const bool done = result.status == store::Committed::Status::Done;
  if (done) {
    std::map<size_t, std::vector<Recorded>> by_shard;
    for (Settled& settled : group) {
      Recorded recorded{std::move(settled.delivery->id),
                        std::move(settled.delivery->lane),
                        {},
                        settled.generation};
      if (settled.outcome == Settled::Outcome::Retry) recorded.due = settled.delivery->due;
      by_shard[settled.shard].push_back(std::move(recorded));
    }
    for (auto& [shard, list] : by_shard) on_recorded_(shard, std::move(list));
  } else {
    log::error("events", "webhook results could not be stored", {{"why", result.what}});
    bundles_.reopen(shares_of(group));
  }
  const std::lock_guard lock(mutex_);
  --groups_under_way_;
  if (!done && !stopping_) {
    not_before_ = std::chrono::steady_clock::now() + kStorePause;
    settled_.insert(settled_.begin(), std::make_move_iterator(group.begin()),
                    std::make_move_iterator(group.end()));
  }
  // Under the lock: once it is free, stop() may end and take this object away.
  changed_.notify_one();
}

/// Waits a little after a failed read; false when it is time to end.
bool Journal::pause() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kStorePause, [this] { return stopping_; });
  return !stopping_;
}

void Journal::read_now(const std::string& target, const std::unordered_set<std::string>& known,
                       size_t limit, UniqueFunction<void(Backlog)>& done) {
  do {
    const auto snapshot = database_.snapshot();
    Backlog backlog = read_backlog(*snapshot, target, clock_.now(), known, limit);
    if (snapshot->failed()) continue;
    bundles_.found(backlog.bundles);
    tidy(backlog);
    done(std::move(backlog));
    return;
  } while (pause());
}

/// Whoever reads next must find them moved; a few milliseconds now save many later.
void Journal::tidy(Backlog& backlog) {
  store::Batch changes;
  std::vector<OpenBundles::Share> shares;
  for (Parked& parked : backlog.parked) {
    changes.puts.push_back(std::move(parked.row));
    shares.push_back({parked.bundle, 0});
  }
  for (std::string& id : backlog.orphans) {
    changes.removes.push_back({.collection = std::string(kOutbox), .id = std::move(id)});
  }
  if (changes.empty()) return;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return groups_under_way_ == 0; });
  }
  bundles_.settle(changes, shares);
  const auto moved = database_.commit_now(std::move(changes));
  if (moved.status != store::Committed::Status::Done) bundles_.reopen(shares);
}

void Journal::discover_now(UniqueFunction<void(std::vector<std::string>)>& done) {
  do {
    const auto snapshot = database_.snapshot();
    std::vector<std::string> targets;
    std::optional<std::string> target = next_target(*snapshot, "");
    while (target) {
      targets.push_back(*target);
      target = next_target(*snapshot, targets.back());
    }
    if (snapshot->failed()) continue;
    done(std::move(targets));
    return;
  } while (pause());
}

}  // namespace tandem::events
