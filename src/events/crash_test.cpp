#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/dispatcher.h"
#include "events/receiver_testing.h"
#include "events/signing_key.h"
#include "events/testing.h"
#include "runtime/shards.h"

extern char** environ;

// A process that makes and delivers events is killed in the middle of it; the next one must
// deliver what it left.
namespace tandem::events {
namespace {

using testing::make_event;
using testing::Receiver;
using testing::TempDir;

constexpr char kDirectoryVariable[] = "TANDEM_CRASH_TEST_DIRECTORY";
constexpr char kUrlVariable[] = "TANDEM_CRASH_TEST_URL";
constexpr int kSubjects = 23;
constexpr int kMaxEvents = 50'000;
constexpr int kMostAtOnce = 5;

/// One life of the platform over the data in a directory.
struct Life {
  explicit Life(const std::string& directory) : shards(1) {
    database = store::open_sqlite(directory + "/crash.db");
    TANDEM_ASSERT(database->open(collections()));
    shards.start();
    Dispatcher::Options options;
    options.allow = [](std::string_view) { return true; };
    dispatcher = std::make_unique<Dispatcher>(shards, *database, clock, key, metrics, options);
    TANDEM_ASSERT(dispatcher->start());
  }
  ~Life() {
    dispatcher.reset();
    shards.stop();
  }
  int64_t count(std::string_view collection, std::optional<std::string> account) const {
    store::Query query;
    query.collection = collection;
    query.account = std::move(account);
    return database->snapshot()->count(query);
  }

  std::unique_ptr<store::Database> database;
  SystemClock clock;
  SigningKey key = SigningKey::from_seed(std::array<uint8_t, SigningKey::kSeedBytes>{3});
  Metrics metrics;
  runtime::Shards shards;
  std::unique_ptr<Dispatcher> dispatcher;
};

// Started by the test below as a process of its own; never on its own account.
TEST_CASE("the life that is cut short" * doctest::skip()) {
  const char* directory = std::getenv(kDirectoryVariable);
  const char* url = std::getenv(kUrlVariable);
  REQUIRE(directory);
  Life life(directory);
  for (int i = 0; i < kMaxEvents;) {
    std::vector<Event> events;  // alone, or some at once
    for (const int end = i + 1 + i % kMostAtOnce; i < end; ++i) {
      events.push_back(make_event(i, "s" + std::to_string(i % kSubjects), url));
    }
    store::Batch batch;
    record(batch, events);
    REQUIRE(life.database->commit_now(std::move(batch)).status == store::Committed::Status::Done);
    life.dispatcher->committed(events);
  }
}

pid_t start_other_life(const std::string& directory, const std::string& url) {
  ::setenv(kDirectoryVariable, directory.c_str(), 1);
  ::setenv(kUrlVariable, url.c_str(), 1);
  std::string self = "/proc/self/exe";
  std::string skipped = "--no-skip";
  std::string which = "--test-case=the life that is cut short";
  char* arguments[] = {self.data(), skipped.data(), which.data(), nullptr};
  pid_t process = 0;
  REQUIRE(::posix_spawn(&process, self.c_str(), nullptr, nullptr, arguments, environ) == 0);
  return process;
}

TEST_CASE("what a killed process owed, the next one delivers") {
  const TempDir dir;
  runtime::Shards shards(1);
  shards.start();
  Receiver receiver(shards);
  const pid_t process = start_other_life(dir.path(), receiver.url());
  REQUIRE(receiver.wait_for(200));
  ::kill(process, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  REQUIRE(WIFSIGNALED(status));

  const Life next(dir.path());
  const auto deadline = std::chrono::steady_clock::now() + Receiver::kPatience;
  while (next.count(kOutbox, "") > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  REQUIRE(next.count(kOutbox, "") == 0);
  const int64_t made = next.count(kEventLog, std::nullopt);
  CHECK(made >= 200);
  CHECK(next.count(kDeliveries, std::nullopt) == made);

  std::set<int> arrived;
  std::map<int, int> last;
  for (const testing::Hook& hook : receiver.hooks()) {
    const int number = std::stoi(hook.id.substr(24));
    if (!arrived.insert(number).second) continue;  // once more, after the kill
    const auto [previous, first] = last.try_emplace(number % kSubjects, number);
    if (!first) CHECK(previous->second < number);
    previous->second = number;
  }
  CHECK(static_cast<int64_t>(arrived.size()) == made);
}

}  // namespace
}  // namespace tandem::events
