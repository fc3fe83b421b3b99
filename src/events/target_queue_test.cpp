#include "events/target_queue.h"

#include <doctest/doctest.h>

namespace tandem::events {
namespace {

const WallTime kNow = parse_iso8601("2026-11-20T10:00:00Z").value();
constexpr Millis kLater = std::chrono::minutes(1);

Delivery delivery(std::string id, std::string subject, bool first = true) {
  Event event;
  event.id = id;
  event.subject = std::move(subject);
  event.target.url = "http://a.example/";
  event.occurred_at = kNow;
  Delivery made = owed_by(event);
  made.first = first;
  return made;
}

/// Takes what may go now, as ids.
std::vector<std::string> all_ready(TargetQueue& queue, std::vector<Delivery*>* taken = nullptr) {
  std::vector<std::string> ids;
  while (Delivery* next = queue.next()) {
    ids.push_back(next->id);
    if (taken != nullptr) taken->push_back(next);
  }
  return ids;
}

using Ids = std::vector<std::string>;

TEST_CASE("of a subject one goes at a time, of several all") {
  TargetQueue queue(true);
  for (const char* id : {"a1", "a2", "b1"}) queue.offer(delivery(id, std::string(id, 1)), true);
  std::vector<Delivery*> taken;
  CHECK(all_ready(queue, &taken) == Ids{"a1", "b1"});
  const auto done = queue.finish(*taken[0]);
  CHECK(done->id == "a1");
  CHECK(all_ready(queue) == Ids{"a2"});
}

TEST_CASE("it is idle when everything is recorded") {
  TargetQueue queue(true);
  queue.offer(delivery("a1", "a"), true);
  const auto done = queue.finish(*queue.next());
  CHECK_FALSE(queue.idle());
  queue.recorded(done->id, done->lane, std::nullopt);
  CHECK(queue.idle());
}

TEST_CASE("without room, fresh ones stay in the store until it has no more") {
  TargetQueue queue(true);
  queue.offer(delivery("a1", "a"), true);
  queue.offer(delivery("a2", "a"), false);
  queue.offer(delivery("b1", "b"), true);  // must not overtake what is in the store
  CHECK(queue.size() == 1);
  CHECK_FALSE(queue.direct());
  REQUIRE(queue.wants_backlog(kNow, 10));
  CHECK_FALSE(queue.wants_backlog(kNow, 0));
  queue.reading();
  CHECK_FALSE(queue.wants_backlog(kNow, 10));
  Backlog backlog;
  backlog.ready.push_back(delivery("a2", "a", false));
  backlog.ready.push_back(delivery("b1", "b"));
  queue.add(std::move(backlog));
  CHECK(queue.direct());
  CHECK(all_ready(queue) == Ids{"a1", "b1"});
}

TEST_CASE("what comes while the store is read follows what was read") {
  TargetQueue queue(false);
  REQUIRE(queue.wants_backlog(kNow, 10));
  queue.reading();
  queue.offer(delivery("a2", "a"), true);
  queue.offer(delivery("b1", "b"), true);
  CHECK(queue.size() == 2);
  CHECK(all_ready(queue).empty());
  Backlog backlog;
  backlog.ready.push_back(delivery("a1", "a"));

  SUBCASE("when the read found the end") {
    backlog.ready.push_back(delivery("a2", "a", false));  // committed just before the read
    queue.add(std::move(backlog));
    CHECK(queue.direct());
    CHECK(all_ready(queue) == Ids{"a1", "b1"});
    CHECK(queue.size() == 3);
  }
  SUBCASE("and is looked for again when there is more") {
    backlog.more = true;
    queue.add(std::move(backlog));
    CHECK_FALSE(queue.direct());
    CHECK(all_ready(queue) == Ids{"a1"});
    CHECK(queue.size() == 1);
    CHECK(queue.wants_backlog(kNow, 10));
  }
  SUBCASE("or when something is parked, which it may have to wait for") {
    backlog.next_due = kNow + kLater;
    queue.add(std::move(backlog));
    CHECK_FALSE(queue.direct());
    CHECK(queue.wants_backlog(kNow, 10));
  }
}

TEST_CASE("what comes while the store is read, without room, is looked for again") {
  TargetQueue queue(false);
  queue.reading();
  queue.offer(delivery("a1", "a"), false);
  queue.offer(delivery("a2", "a"), true);  // must not overtake it
  queue.add({});
  CHECK_FALSE(queue.direct());
  CHECK(all_ready(queue).empty());
  CHECK(queue.wants_backlog(kNow, 10));
}

TEST_CASE("news that the store told first is not taken twice") {
  TargetQueue queue(false);
  queue.reading();
  Backlog backlog;
  backlog.ready.push_back(delivery("a1", "a"));
  queue.add(std::move(backlog));
  REQUIRE(queue.direct());
  queue.offer(delivery("a1", "a"), true);
  CHECK(all_ready(queue) == Ids{"a1"});
  CHECK(queue.size() == 1);
}

TEST_CASE("a parked delivery holds back its subject, not the others") {
  TargetQueue queue(true);
  for (const char* id : {"a1", "a2", "b1"}) queue.offer(delivery(id, std::string(id, 1)), true);
  std::vector<Delivery*> taken;
  all_ready(queue, &taken);
  const auto parked = queue.park(*taken[0]);
  CHECK(parked->id == "a1");
  CHECK(all_ready(queue).empty());
  CHECK(queue.known().contains("a1"));
  CHECK_FALSE(queue.known().contains("a2"));

  SUBCASE("a look while it is not recorded yet finds its followers blocked") {
    queue.reading();
    Backlog backlog;
    backlog.ready.push_back(delivery("a2", "a", false));
    backlog.ready.push_back(delivery("c1", "c"));
    queue.add(std::move(backlog));
    CHECK(all_ready(queue) == Ids{"c1"});
    CHECK_FALSE(queue.direct());
    queue.recorded("a1", parked->lane, kNow + kLater);
    CHECK(queue.wants_backlog(kNow, 10));
  }
  SUBCASE("a look that began before, and ends after it was recorded, does too") {
    queue.reading();
    queue.recorded("a1", parked->lane, kNow + kLater);
    Backlog backlog;
    backlog.ready.push_back(delivery("a2", "a", false));
    queue.add(std::move(backlog));
    CHECK(all_ready(queue).empty());
    CHECK(queue.wants_backlog(kNow, 10));
  }
  SUBCASE("a look after it was recorded tells when it is due") {
    queue.recorded("a1", parked->lane, kNow + kLater);
    queue.reading();
    Backlog backlog;
    backlog.next_due = kNow + kLater;
    queue.add(std::move(backlog));
    CHECK_FALSE(queue.direct());
    CHECK_FALSE(queue.wants_backlog(kNow, 10));
    CHECK(queue.wants_backlog(kNow + kLater, 10));
  }
}

TEST_CASE("the next of a subject from the store may go when the one before was delivered") {
  TargetQueue queue(false);
  queue.reading();
  Backlog first;
  first.ready.push_back(delivery("a1", "a"));
  first.more = true;
  queue.add(std::move(first));
  Delivery* under_way = queue.next();
  REQUIRE(under_way);
  queue.reading();  // the store still holds a1: a2 is not the first of its lane there
  const auto done = queue.finish(*under_way);
  queue.recorded(done->id, done->lane, std::nullopt);
  Backlog second;
  second.ready.push_back(delivery("a2", "a", false));
  queue.add(std::move(second));
  CHECK(all_ready(queue) == Ids{"a2"});
}

}  // namespace
}  // namespace tandem::events
