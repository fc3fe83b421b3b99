// What a call takes, so that it does not grow unnoticed.
#include <filesystem>

#include <doctest/doctest.h>
#include <malloc.h>

#include "telephony/call/testing.h"

namespace tandem::call {
namespace {

using namespace testing;

constexpr size_t kCalls = 100;
/// Two legs with their dialogs, transactions that linger, media and a recording on two channels,
/// in bytes of the heap.
constexpr size_t kBudget = 33'000;

/// Where the recordings go; outlives who writes them.
struct Folder {
  ~Folder() { std::filesystem::remove_all(path); }
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "tandem_call_memory";
};

size_t heap_bytes() { return ::mallinfo2().uordblks; }

TEST_CASE("a recorded call stays within its budget of memory") {
  const Folder folder;
  Party caller;
  Party callee;
  REQUIRE(caller.started);
  REQUIRE(callee.started);
  size_t before = 0;
  for (size_t n = 0; n < 2 * kCalls; ++n) {
    // The first ones pay for what all share.
    if (n == kCalls) before = heap_bytes();
    const Talk talk(caller, callee);
    REQUIRE(talk.up);
    media::RecordingOptions options;
    options.path = folder.path / (std::to_string(n) + ".wav");
    options.dual = true;
    callee.exchange->start_recording(talk.callee, n + 1, options);
  }
  const size_t each = (heap_bytes() - before) / kCalls;
  // A sanitizer's heap is not counted.
  if (before == 0) return;
  CHECK(each > 0);
  CHECK(each < kBudget);
}

}  // namespace
}  // namespace tandem::call
