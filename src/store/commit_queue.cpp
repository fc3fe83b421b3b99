#include "store/commit_queue.h"

#include <algorithm>
#include <iterator>

#include "core/assert.h"
#include "store/limits.h"
#include "store/text.h"

namespace tandem::store {
namespace {

/// Batches of a group, as they are of late, from which on it is worth while to wait for more.
constexpr double kOthersJoin = 1.5;
/// Groups in which a larger one of before is forgotten.
constexpr double kGroupsRemembered = 8;

size_t bytes_of(const Batch& batch) {
  size_t bytes = 0;
  for (const Put& put : batch.puts) bytes += put.body.size() + put.id.size() + sizeof(Put);
  return bytes + batch.removes.size() * sizeof(Remove) + batch.adjusts.size() * sizeof(Adjust) +
         batch.trims.size() * sizeof(Trim);
}

}  // namespace

std::optional<std::string> malformed(const Batch& batch) {
  for (const Put& put : batch.puts) {
    if (put.id.empty() || !is_storable_key(put.id)) return "malformed id";
    if (!is_storable_key(put.account)) return "malformed account";
    if (!is_storable_text(put.body)) return "body is not UTF-8 text";
  }
  for (const Remove& remove : batch.removes) {
    if (remove.id.empty() || !is_storable_key(remove.id)) return "malformed id";
  }
  for (const Adjust& adjust : batch.adjusts) {
    if (!is_storable_key(adjust.key)) return "malformed counter key";
  }
  for (const Trim& trim : batch.trims) {
    if (!is_storable_key(trim.account)) return "malformed account";
  }
  return std::nullopt;
}

CommitQueue::CommitQueue(std::unique_ptr<GroupWriter> writer)
    : writer_(std::move(writer)), thread_([this] { run(); }) {}

CommitQueue::~CommitQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CommitQueue::push(std::vector<Batch> batches, Done done, Haste haste) {
  Entry entry;
  entry.haste = haste;
  entry.results.resize(batches.size());
  size_t refused = 0;
  for (size_t i = 0; i < batches.size(); ++i) {
    if (auto why = malformed(batches[i])) {
      entry.results[i] = {Committed::Status::Failed, std::move(*why)};
      batches[i] = {};
      ++refused;
    }
    entry.bytes += bytes_of(batches[i]);
  }
  if (refused == batches.size()) {
    done(std::move(entry.results));
    return;
  }
  entry.batches = std::move(batches);
  entry.done = std::move(done);
  std::unique_lock lock(mutex_);
  const bool full = queued_batches_ + entry.batches.size() > kMaxQueuedBatches ||
                    (!entries_.empty() && queued_bytes_ + entry.bytes > kMaxQueuedBytes);
  if (full) {
    lock.unlock();
    const Committed overloaded{Committed::Status::Failed, "overloaded"};
    entry.done(std::vector<Committed>(entry.batches.size(), overloaded));
    return;
  }
  enqueue(std::move(entry), std::move(lock));
}

Result<void> CommitQueue::clear() {
  std::promise<Result<void>> promise;
  auto future = promise.get_future();
  Entry entry;
  entry.cleared = [&promise](Result<void> result) { promise.set_value(std::move(result)); };
  enqueue(std::move(entry), std::unique_lock(mutex_));
  return future.get();
}

void CommitQueue::enqueue(Entry entry, std::unique_lock<std::mutex> lock) {
  TANDEM_ASSERT(!stopping_);
  queued_batches_ += entry.batches.size();
  queued_bytes_ += entry.bytes;
  const bool hasty = entry.haste == Haste::Now;
  // Emptying the database counts as one.
  if (hasty) hasty_batches_ += std::max<size_t>(1, entry.batches.size());
  entries_.push_back(std::move(entry));
  const bool wake = waiting_ && (hasty ? hasty_batches_ >= wake_at_ : idle_);
  idle_ = false;
  lock.unlock();
  if (wake) wake_.notify_one();
}

void CommitQueue::run() {
  for (;;) {
    std::vector<Entry> group = take();
    if (group.empty()) return;
    settle(std::move(group));
    writer_->rest();
  }
}

/// Until somebody waits for a commit, or what nobody waits for has lain long enough.
void CommitQueue::wait_for_work(std::unique_lock<std::mutex>& lock) {
  idle_ = entries_.empty();
  wake_.wait(lock, [this] { return stopping_ || !entries_.empty(); });
  idle_ = false;
  wake_.wait_for(lock, kLaterTime, [this] {
    return stopping_ || hasty_batches_ > 0 || queued_batches_ >= kMaxGroupBatches;
  });
}

void CommitQueue::gather(std::unique_lock<std::mutex>& lock) {
  if (usual_batches_ < kOthersJoin || hasty_batches_ == 0) return;
  wake_at_ = std::min(static_cast<size_t>(usual_batches_), kGatheredBatches);
  wake_.wait_for(lock, kGatherTime, [this] { return stopping_ || hasty_batches_ >= wake_at_; });
  wake_at_ = 0;
}

std::vector<CommitQueue::Entry> CommitQueue::take() {
  std::vector<Entry> group;
  std::unique_lock lock(mutex_);
  waiting_ = true;
  wait_for_work(lock);
  gather(lock);
  waiting_ = false;
  const size_t hasty_before = hasty_batches_;
  size_t batches = 0;
  size_t bytes = 0;
  while (!entries_.empty() && batches < kMaxGroupBatches && bytes < kMaxGroupBytes) {
    if (entries_.front().cleared && !group.empty()) break;
    group.push_back(std::move(entries_.front()));
    entries_.pop_front();
    const Entry& entry = group.back();
    batches += entry.batches.size();
    bytes += entry.bytes;
    queued_batches_ -= entry.batches.size();
    queued_bytes_ -= entry.bytes;
    if (entry.haste == Haste::Now) hasty_batches_ -= std::max<size_t>(1, entry.batches.size());
    if (entry.cleared) break;
  }
  const auto size = static_cast<double>(hasty_before - hasty_batches_);
  usual_batches_ = std::max(size, usual_batches_ - (usual_batches_ - size) / kGroupsRemembered);
  return group;
}

void CommitQueue::settle(std::vector<Entry> group) {
  if (group.front().cleared) {
    group.front().cleared(writer_->clear());
    return;
  }
  std::vector<Batch> batches;
  for (Entry& entry : group) {
    std::move(entry.batches.begin(), entry.batches.end(), std::back_inserter(batches));
  }
  std::vector<Committed> written = writer_->write(batches);
  TANDEM_ASSERT(written.size() == batches.size());
  auto next = written.begin();
  for (Entry& entry : group) {
    for (Committed& result : entry.results) {
      if (result.status == Committed::Status::Done) result = std::move(*next);
      ++next;
    }
    entry.done(std::move(entry.results));
  }
}

}  // namespace tandem::store
