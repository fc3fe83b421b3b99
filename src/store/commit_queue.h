#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/function.h"
#include "store/layout.h"
#include "store/store.h"

namespace tandem::store {

/// What a driver does for the queue, always on the queue's one thread.
class GroupWriter {
 public:
  virtual ~GroupWriter() = default;
  /// Makes the batches durable in one transaction, each standing or falling alone, and tells for
  /// each in turn what became of it.
  virtual std::vector<Committed> write(std::span<const Batch> group) = 0;
  virtual Result<void> clear() = 0;
  /// Called after the answers of a group went out: time for work that nobody waits for.
  virtual void rest() {}
};

/// The line before the one writer: batches wait here while a transaction is being synced, and
/// what has gathered meanwhile is the next group. So groups grow with the load by themselves. A
/// sync costs more than many batches; so when groups have had company of late, a small one waits a
/// moment (kGatherTime) for as many as came together before. Who is alone never waits. What is for
/// later (Haste) makes no group and no company; it goes with the others, in the order of the line.
class CommitQueue {
 public:
  using Done = UniqueFunction<void(std::vector<Committed>)>;

  explicit CommitQueue(std::unique_ptr<GroupWriter> writer);
  /// Writes what still waits, then ends.
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  /// As Database::commit_all().
  void push(std::vector<Batch> batches, Done done, Haste haste = Haste::Now);
  /// Waits for everything pushed before, then clears.
  Result<void> clear();

 private:
  using Cleared = UniqueFunction<void(Result<void>)>;
  /// What was pushed together.
  struct Entry {
    std::vector<Batch> batches;
    Done done;
    std::vector<Committed> results;  // of those that were refused; their batches are empty
    Cleared cleared;                 // set: this entry is a clear() instead of batches
    size_t bytes = 0;
    Haste haste = Haste::Now;
  };

  void run();
  std::vector<Entry> take();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void gather(std::unique_lock<std::mutex>& lock);
  void settle(std::vector<Entry> group);
  void enqueue(Entry entry, std::unique_lock<std::mutex> lock);

  std::unique_ptr<GroupWriter> writer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> entries_;
  size_t queued_batches_ = 0;
  size_t queued_bytes_ = 0;
  size_t hasty_batches_ = 0;  // of those queued, what somebody waits for
  double usual_batches_ = 0;  // hasty ones of a group: the most of late, slowly forgotten
  size_t wake_at_ = 0;        // hasty batches for which the thread that waits wants to be woken
  bool waiting_ = false;
  bool idle_ = false;  // it waits with nothing queued, not even for later
  bool stopping_ = false;
  std::thread thread_;
};

/// Why a batch can't be stored in any database, or nothing.
std::optional<std::string> malformed(const Batch& batch);

}  // namespace tandem::store
