#include <chrono>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing.h"

// Snapshots share read transactions: what they must see all the same, and must not hold up.
namespace tandem::store::sqlite {
namespace {

using store::testing::opened;
using store::testing::put;
using store::testing::SqlitePlace;
using store::testing::status;
using Status = Committed::Status;

TEST_CASE("a snapshot sees every commit that was acknowledged before it was taken") {
  const SqlitePlace place;
  const auto database = opened(place, {{"rooms", {}}});
  for (int i = 0; i < 200; ++i) {
    const std::string id = std::to_string(i);
    CHECK_FALSE(database->snapshot()->get("rooms", id));
    const auto before = database->snapshot();
    CHECK_FALSE(before->get("rooms", id));
    CHECK(status(*database, put(id, "{}")) == Status::Done);
    CHECK(database->snapshot()->get("rooms", id));
    CHECK_FALSE(before->get("rooms", id));
  }
}

TEST_CASE("readers on other threads see every commit") {
  const SqlitePlace place;
  const auto database = opened(place, {{"rooms", {}}});
  std::atomic<int> last = -1;  // acknowledged
  std::atomic<bool> missed = false;
  std::vector<std::jthread> readers;
  constexpr int kRooms = 300;
  for (int thread = 0; thread < 3; ++thread) {
    readers.emplace_back([&] {
      while (last < kRooms - 1 && !missed) {
        const int acknowledged = last;
        const auto snapshot = database->snapshot();
        const bool seen =
            acknowledged < 0 || snapshot->get("rooms", std::to_string(acknowledged)).has_value();
        if (!seen) missed = true;
      }
    });
  }
  for (int i = 0; i < kRooms; ++i) {
    CHECK(status(*database, put(std::to_string(i), "{}")) == Status::Done);
    last = i;
  }
  readers.clear();
  CHECK_FALSE(missed);
}

TEST_CASE("a commit of another process is seen soon") {
  const SqlitePlace place;
  const auto ours = opened(place, {{"rooms", {}}});
  const auto theirs = opened(place, {{"rooms", {}}});
  CHECK_FALSE(ours->snapshot()->get("rooms", "r"));
  CHECK(status(*theirs, put("r", "{}")) == Status::Done);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool seen = false;
  while (!seen && std::chrono::steady_clock::now() < end) {
    seen = ours->snapshot()->get("rooms", "r").has_value();
  }
  CHECK(seen);
}

TEST_CASE("readers that rest do not keep the log from starting over") {
  const SqlitePlace place;
  const auto database = opened(place, {{"rooms", {}}});
  const std::string body = "\"" + std::string(1 << 20, 'x') + "\"";
  constexpr int kRooms = 64;
  for (int i = 0; i < kRooms; ++i) {
    CHECK(status(*database, put(std::to_string(i), body)) == Status::Done);
    // Two that rest afterwards, of which one was in use at the same time as the other.
    const auto first = database->snapshot();
    CHECK(first->get("rooms", "0"));
    CHECK(database->snapshot()->get("rooms", std::to_string(i)));
  }
  CHECK(std::filesystem::file_size(place.path() + "-wal") < (kRooms << 20) / 2);
}

}  // namespace
}  // namespace tandem::store::sqlite
