#include "products/messaging/lanes.h"

#include <doctest/doctest.h>

#include "products/messaging/sender.h"

namespace tandem::products::messaging {
namespace {

const WallTime kNow{Millis(1'700'000'000'000)};
const Lanes::Time kSteady = Lanes::Time() + std::chrono::hours(1);

Turn turn(std::string id, std::string from, std::string to, int priority = 1) {
  Turn made;
  made.id = std::move(id);
  made.account = "a";
  made.from = std::move(from);
  made.to = std::move(to);
  made.kind = static_cast<int>(SenderKind::LongCode);
  made.priority = priority;
  made.not_before = kNow;
  return made;
}

std::string ids_of(const std::vector<Turn>& turns) {
  std::string ids;
  for (const Turn& one : turns) ids += one.id;
  return ids;
}

/// Nobody's pace counts.
Lanes unlimited() { return Lanes(Throughput{0, 0, 0, 0, 0}); }

TEST_CASE("a message that is held keeps its place, and those behind it of its pair wait") {
  Lanes lanes = unlimited();
  CHECK(lanes.hold("2"));
  CHECK_FALSE(lanes.hold("2"));
  CHECK(lanes.add(turn("1", "A", "W"), kNow));
  CHECK(lanes.add(turn("2", "A", "X"), kNow));
  CHECK(lanes.add(turn("3", "A", "X"), kNow));
  CHECK(lanes.add(turn("4", "A", "Y"), kNow));
  CHECK(ids_of(lanes.take(10, kNow, kSteady)) == "14");
  CHECK(lanes.take(10, kNow, kSteady).empty());
  lanes.let_go("2");
  CHECK(ids_of(lanes.take(10, kNow, kSteady)) == "2");
  lanes.release(turn("2", "A", "X"));
  CHECK(ids_of(lanes.take(10, kNow, kSteady)) == "3");
}

TEST_CASE("of two numbers one message is on its way at a time") {
  Lanes lanes = unlimited();
  CHECK(lanes.add(turn("1", "A", "X"), kNow));
  CHECK(lanes.add(turn("2", "A", "X"), kNow));
  CHECK(lanes.add(turn("3", "A", "Y"), kNow));
  CHECK(ids_of(lanes.take(10, kNow, kSteady)) == "13");
  CHECK(lanes.take(10, kNow, kSteady).empty());
  lanes.release(turn("1", "A", "X"));
  CHECK(ids_of(lanes.take(10, kNow, kSteady)) == "2");
  CHECK(lanes.empty());
}

TEST_CASE("a message that is known is not taken twice") {
  Lanes lanes = unlimited();
  CHECK(lanes.add(turn("1", "A", "X"), kNow));
  CHECK(lanes.add(turn("1", "A", "X"), kNow));
  CHECK(lanes.size() == 1);
  CHECK(ids_of(lanes.take(10, kNow, kSteady)) == "1");
}

TEST_CASE("higher priority goes first") {
  Lanes lanes = unlimited();
  CHECK(lanes.add(turn("1", "A", "X"), kNow));
  CHECK(lanes.add(turn("2", "A", "Y", 0), kNow));
  CHECK(ids_of(lanes.take(1, kNow, kSteady)) == "2");
}

TEST_CASE("senders take turns") {
  Lanes lanes = unlimited();
  for (const char* id : {"1", "2", "3"}) CHECK(lanes.add(turn(id, "A", id), kNow));
  CHECK(lanes.add(turn("9", "B", "X"), kNow));
  CHECK(ids_of(lanes.take(2, kNow, kSteady)) == "19");
}

TEST_CASE("each sender keeps its pace") {
  Lanes lanes(Throughput{10, 20, 1'000, 50, 10'000});
  for (int i = 0; i < 30; ++i) {
    CHECK(lanes.add(turn(std::to_string(i), "A", std::to_string(i)), kNow));
  }
  size_t taken = 0;
  for (int ms = 0; ms < 1'000; ms += 10) {
    taken += lanes.take(100, kNow, kSteady + std::chrono::milliseconds(ms)).size();
  }
  CHECK(taken >= 9);
  CHECK(taken <= 11);
}

TEST_CASE("all senders of an account together keep its pace") {
  Lanes lanes(Throughput{0, 0, 0, 0, 20});
  for (int i = 0; i < 60; ++i) {
    CHECK(lanes.add(turn(std::to_string(i), std::to_string(i), "X"), kNow));
  }
  size_t taken = 0;
  for (int ms = 0; ms < 1'000; ms += 10) {
    taken += lanes.take(100, kNow, kSteady + std::chrono::milliseconds(ms)).size();
  }
  CHECK(taken >= 19);
  CHECK(taken <= 22);
}

TEST_CASE("a delayed message comes at its time and holds up those behind it") {
  Lanes lanes = unlimited();
  Turn late = turn("1", "A", "X");
  late.not_before = kNow + Millis(500);
  CHECK(lanes.add(std::move(late), kNow));
  CHECK(lanes.add(turn("2", "A", "X"), kNow));
  CHECK(lanes.take(10, kNow, kSteady).empty());
  CHECK(lanes.next_due() == kNow + Millis(500));
  CHECK(ids_of(lanes.take(10, kNow + Millis(500), kSteady)) == "1");
  CHECK_FALSE(lanes.next_due().has_value());
}

TEST_CASE("there is room for so many") {
  Lanes lanes = unlimited();
  for (size_t i = 0; i < Lanes::kMostTurns; ++i) {
    REQUIRE(lanes.add(turn(std::to_string(i), "A", "X"), kNow));
  }
  CHECK_FALSE(lanes.add(turn("more", "A", "X"), kNow));
  lanes.clear();
  CHECK(lanes.add(turn("more", "A", "X"), kNow));
}

}  // namespace
}  // namespace tandem::products::messaging
