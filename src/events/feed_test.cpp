#include "events/feed.h"

#include <doctest/doctest.h>

namespace tandem::events {
namespace {

Event event_of(std::string account, std::string id) {
  Event event;
  event.id = std::move(id);
  event.account = std::move(account);
  return event;
}

TEST_CASE("a watcher sees its account's events, in order, from when it came") {
  Feed feed;
  const Event early[] = {event_of("a", "0")};
  feed.publish(early);
  int wakes = 0;
  const auto mine = feed.subscribe("a", [&] { ++wakes; });
  const auto all = feed.subscribe("", [] {});
  REQUIRE(mine);
  const Event events[] = {event_of("a", "1"), event_of("b", "2"), event_of("a", "3")};
  feed.publish(events);
  CHECK(wakes == 1);
  const auto taken = mine->take();
  REQUIRE(taken.events.size() == 2);
  CHECK(taken.events[0]->id == "1");
  CHECK(taken.events[1]->id == "3");
  CHECK(taken.dropped == 0);
  CHECK(all->take().events.size() == 3);
  CHECK(mine->take().events.empty());
  feed.publish(events);
  CHECK(wakes == 2);
}

TEST_CASE("a slow watcher loses the oldest and learns how many") {
  Feed feed;
  int wakes = 0;
  const auto slow = feed.subscribe(
      "a", [&] { ++wakes; }, 3);
  for (int i = 0; i < 10; ++i) {
    const Event one[] = {event_of("a", std::to_string(i))};
    feed.publish(one);
  }
  CHECK(wakes == 1);
  auto taken = slow->take();
  CHECK(taken.dropped == 7);
  REQUIRE(taken.events.size() == 3);
  CHECK(taken.events[0]->id == "7");
  CHECK(slow->take().dropped == 0);
}

TEST_CASE("who left is not woken; who is too many is told so") {
  Feed feed;
  int wakes = 0;
  feed.subscribe("a", [&] { ++wakes; }).reset();
  const Event one[] = {event_of("a", "1")};
  feed.publish(one);
  CHECK(wakes == 0);
  std::vector<std::unique_ptr<Feed::Subscription>> crowd;
  for (size_t i = 0; i < Feed::kMaxSubscriptions; ++i) {
    crowd.push_back(feed.subscribe("", [] {}));
    REQUIRE(crowd.back());
  }
  CHECK_FALSE(feed.subscribe("", [] {}));
  crowd.pop_back();
  CHECK(feed.subscribe("", [] {}));
}

}  // namespace
}  // namespace tandem::events
