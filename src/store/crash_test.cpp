#include <csignal>
#include <random>
#include <semaphore>
#include <set>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite/connection.h"
#include "store/testing.h"

// What kill -9 may take: nothing that was acknowledged, and no half of a batch.
namespace tandem::store {
namespace {

using namespace testing;

constexpr int kRounds = 6;
constexpr uint32_t kMostAcknowledged = 3'000;
constexpr int kMaxInFlight = 64;

std::string id_of(int round, uint32_t i) { return std::to_string(round) + "-" + std::to_string(i); }

std::vector<Collection> rooms() {
  Collection collection{"rooms", {}};
  collection.indexes.push_back({"n", Index::Kind::Number, false, false});
  return {collection, {"visits", {}, true}};
}

/// The child: commits until it is killed and reports each acknowledged batch by its number.
[[noreturn]] void commit_forever(const SqlitePlace& place, int round, int report) {
  const auto database = place.database();
  if (!database->open(rooms())) ::_exit(1);
  std::counting_semaphore<kMaxInFlight> slots(kMaxInFlight);
  for (uint32_t i = 0;; ++i) {
    Batch batch;
    for (const char* half : {"a", "b"}) {
      batch.puts.push_back(put(id_of(round, i) + half, R"({"n":)" + std::to_string(i) + "}"));
    }
    Put visit = put(id_of(round, i), "{}");
    visit.collection = "visits";
    batch.puts.push_back(std::move(visit));
    batch.adjusts.push_back({"batches", 1});
    slots.acquire();
    database->commit(std::move(batch), [&slots, report, i](const Committed& committed) {
      if (committed.status != Committed::Status::Done) ::_exit(2);
      if (::write(report, &i, sizeof i) != sizeof i) ::_exit(3);
      slots.release();
    });
  }
}

/// Starts the child, kills it when it has reported `until` batches, and gives all it reported.
std::vector<uint32_t> run_and_kill(const SqlitePlace& place, int round, uint32_t until) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    commit_forever(place, round, ends[1]);
  }
  ::close(ends[1]);
  std::vector<uint32_t> reported;
  uint32_t number = 0;
  while (::read(ends[0], &number, sizeof number) == sizeof number) {
    reported.push_back(number);
    if (reported.size() == until) REQUIRE(::kill(child, SIGKILL) == 0);
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  return reported;
}

void check_whole(Database& database) {
  Query query;
  query.collection = "rooms";
  query.limit = 100'000;
  query.total = true;
  const auto snapshot = database.snapshot();
  const Page page = snapshot->list(query);
  std::set<std::string> ids;
  for (const Row& row : page.rows) ids.insert(row.id);
  CHECK(page.total == static_cast<int64_t>(ids.size()));
  CHECK(snapshot->counter("batches") * 2 == page.total);
  for (std::string id : ids) {
    id.back() = id.back() == 'a' ? 'b' : 'a';
    CHECK(ids.contains(id));
  }
  query.collection = "visits";
  query.account = "a";
  const Page visits = snapshot->list(query);
  CHECK(visits.total * 2 == page.total);
  CHECK(visits.rows.size() == static_cast<size_t>(visits.total));
  for (const Row& visit : visits.rows) CHECK(ids.contains(visit.id + "a"));
}

/// A child's part: fills the disk, as far as it may; 0 when the database took it well.
int fill_up(const SqlitePlace& place) {
  const auto database = place.database();
  if (!database->open(rooms())) return 1;
  if (status(*database, put("first", "{}")) != Committed::Status::Done) return 2;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  ::getrlimit(RLIMIT_FSIZE, &unlimited);
  constexpr rlim_t kFullBytes = 1 << 20;
  const rlimit full{kFullBytes, unlimited.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &full);
  const std::string body = R"({"text":")" + std::string(50'000, 'x') + "\"}";
  int64_t kept = 1;
  Committed committed;
  while (committed.status == Committed::Status::Done && kept < 100) {
    committed = commit(*database, {put("big" + std::to_string(kept), body)});
    kept += committed.status == Committed::Status::Done ? 1 : 0;
  }
  if (committed.status != Committed::Status::Failed) return 3;
  ::setrlimit(RLIMIT_FSIZE, &unlimited);
  if (status(*database, put("last", "{}")) != Committed::Status::Done) return 4;
  Query query;
  query.collection = "rooms";
  query.limit = 1'000;
  const Page page = database->snapshot()->list(query);
  if (page.rows.size() != static_cast<size_t>(kept + 1)) return 5;
  return database->snapshot()->count(query) == kept + 1 ? 0 : 6;
}

TEST_CASE("a full disk fails what does not fit, and nothing else") {
  const SqlitePlace place;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(fill_up(place));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(opened(place, rooms())->snapshot()->get("rooms", "last"));
}

TEST_CASE("kill -9 loses nothing that was acknowledged") {
  const SqlitePlace place;
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<uint32_t> moment(1, kMostAcknowledged);
  for (int round = 0; round < kRounds; ++round) {
    const uint32_t until = moment(random);
    CAPTURE(round);
    CAPTURE(until);
    const auto reported = run_and_kill(place, round, until);
    CHECK(reported.size() >= until);
    const auto database = opened(place, rooms());
    const auto snapshot = database->snapshot();
    size_t lost = 0;
    for (const uint32_t number : reported) {
      lost += snapshot->get("rooms", id_of(round, number) + "a") ? 0 : 1;
      lost += snapshot->get("rooms", id_of(round, number) + "b") ? 0 : 1;
    }
    CHECK(lost == 0);
    check_whole(*database);
  }
  auto file = sqlite::Connection::open(place.path(), sqlite::Connection::Mode::Reader);
  REQUIRE(file);
  auto check = (*file)->prepare("PRAGMA integrity_check");
  REQUIRE(check.row());
  CHECK(check.text(0) == "ok");
}

}  // namespace
}  // namespace tandem::store
