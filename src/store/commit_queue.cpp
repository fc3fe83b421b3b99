#include "store/commit_queue.h"

#include "core/assert.h"
#include "store/limits.h"
#include "store/text.h"

namespace tandem::store {
namespace {

size_t bytes_of(const Batch& batch) {
  size_t bytes = 0;
  for (const Put& put : batch.puts) bytes += put.body.size() + put.id.size() + sizeof(Put);
  return bytes + batch.removes.size() * sizeof(Remove) + batch.adjusts.size() * sizeof(Adjust);
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

void CommitQueue::push(Batch batch, Done done) {
  if (auto why = malformed(batch)) {
    done({Committed::Status::Failed, std::move(*why)});
    return;
  }
  Entry entry;
  entry.bytes = bytes_of(batch);
  entry.batch = std::move(batch);
  entry.done = std::move(done);
  std::unique_lock lock(mutex_);
  const bool full = entries_.size() >= kMaxQueuedBatches ||
                    (!entries_.empty() && queued_bytes_ + entry.bytes > kMaxQueuedBytes);
  if (full) {
    lock.unlock();
    entry.done({Committed::Status::Failed, "overloaded"});
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
  queued_bytes_ += entry.bytes;
  entries_.push_back(std::move(entry));
  const bool wake = waiting_;
  lock.unlock();
  if (wake) wake_.notify_one();
}

void CommitQueue::run() {
  for (;;) {
    Group group = take();
    if (group.batches.empty() && !group.cleared) return;
    settle(std::move(group));
    writer_->rest();
  }
}

CommitQueue::Group CommitQueue::take() {
  Group group;
  std::unique_lock lock(mutex_);
  waiting_ = true;
  wake_.wait(lock, [this] { return stopping_ || !entries_.empty(); });
  waiting_ = false;
  size_t bytes = 0;
  while (!entries_.empty() && group.batches.size() < kMaxGroupBatches && bytes < kMaxGroupBytes) {
    Entry& entry = entries_.front();
    if (entry.cleared && !group.batches.empty()) break;
    bytes += entry.bytes;
    queued_bytes_ -= entry.bytes;
    group.cleared = std::move(entry.cleared);
    if (!group.cleared) {
      group.batches.push_back(std::move(entry.batch));
      group.dones.push_back(std::move(entry.done));
    }
    entries_.pop_front();
    if (group.cleared) break;
  }
  return group;
}

void CommitQueue::settle(Group group) {
  if (group.cleared) {
    group.cleared(writer_->clear());
    return;
  }
  std::vector<Committed> results = writer_->write(group.batches);
  TANDEM_ASSERT(results.size() == group.batches.size());
  for (size_t i = 0; i < results.size(); ++i) group.dones[i](std::move(results[i]));
}

}  // namespace tandem::store
