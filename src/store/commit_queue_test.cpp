#include "store/commit_queue.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "store/limits.h"

namespace tandem::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Writes at once and notes how large the groups were.
class Notes final : public GroupWriter {
 public:
  explicit Notes(std::atomic<size_t>& last) : last_(last) {}
  std::vector<Committed> write(std::span<const Batch> group) override {
    last_ = group.size();
    return std::vector<Committed>(group.size());
  }
  Result<void> clear() override { return {}; }

 private:
  std::atomic<size_t>& last_;
};

std::vector<Batch> batches(size_t count) {
  std::vector<Batch> made(count);
  for (Batch& batch : made) batch.adjusts.push_back({"k", 1});
  return made;
}

/// Pushes `count` batches together; ready when they are written.
std::future<void> push(CommitQueue& queue, size_t count, Haste haste = Haste::Now) {
  auto told = std::make_shared<std::promise<void>>();
  auto future = told->get_future();
  queue.push(batches(count), [told](std::vector<Committed>) { told->set_value(); }, haste);
  return future;
}

void pass(std::chrono::microseconds time) {
  const auto end = steady_clock::now() + time;
  while (steady_clock::now() < end) std::this_thread::yield();
}

TEST_CASE("who is alone never waits for others") {
  std::atomic<size_t> last{0};
  CommitQueue queue(std::make_unique<Notes>(last));
  auto fastest = steady_clock::duration::max();
  for (int i = 0; i < 50; ++i) {
    const auto begun = steady_clock::now();
    push(queue, 1).get();
    fastest = std::min(fastest, steady_clock::now() - begun);
  }
  CHECK(fastest < kGatherTime);
}

TEST_CASE("a small group waits for as many as came together before") {
  std::atomic<size_t> last{0};
  CommitQueue queue(std::make_unique<Notes>(last));
  bool gathered = false;
  // A machine that is busy elsewhere may take more than the time that is waited.
  for (int round = 0; round < 200 && !gathered; ++round) {
    push(queue, 4).get();
    auto first = push(queue, 1);
    pass(200us);
    auto others = push(queue, 3);
    first.get();
    others.get();
    gathered = last == 4;
  }
  CHECK(gathered);
}

TEST_CASE("when nobody comes any more, nobody is waited for") {
  std::atomic<size_t> last{0};
  CommitQueue queue(std::make_unique<Notes>(last));
  push(queue, kGatheredBatches).get();
  auto fastest = steady_clock::duration::max();
  for (int i = 0; i < 100; ++i) {
    const auto begun = steady_clock::now();
    push(queue, 1).get();
    if (i >= 50) fastest = std::min(fastest, steady_clock::now() - begun);
  }
  CHECK(fastest < kGatherTime);
}

TEST_CASE("what nobody waits for goes with what somebody waits for") {
  std::atomic<size_t> last{0};
  CommitQueue queue(std::make_unique<Notes>(last));
  bool together = false;
  for (int round = 0; round < 50 && !together; ++round) {
    auto later = push(queue, 2, Haste::Later);
    push(queue, 1).get();
    later.get();
    together = last == 3;
  }
  CHECK(together);
}

TEST_CASE("what nobody waits for is written by itself after a while") {
  std::atomic<size_t> last{0};
  CommitQueue queue(std::make_unique<Notes>(last));
  const auto begun = steady_clock::now();
  push(queue, 2, Haste::Later).get();
  CHECK(last == 2);
  CHECK(steady_clock::now() - begun >= kLaterTime);
}

}  // namespace
}  // namespace tandem::store
