#include "events/outbox.h"

#include <set>

#include <doctest/doctest.h>

#include "events/target.h"
#include "events/testing.h"

namespace tandem::events {
namespace {

using testing::kStart;
using testing::make_event;
using testing::TempStore;

Backlog read(TempStore& store, const Event& like, WallTime now, size_t limit = 100,
             const std::unordered_set<std::string>& known = {}) {
  const auto snapshot = store->snapshot();
  return read_backlog(*snapshot, target_key(like.account, like.target), now, known, limit);
}

std::vector<std::string> ids(const Backlog& backlog) {
  std::vector<std::string> list;
  for (const Delivery& delivery : backlog.ready) list.push_back(delivery.id);
  return list;
}

using Ids = std::vector<std::string>;

void put(TempStore& store, const std::vector<Event>& events) {
  store::Batch batch;
  for (const Event& event : events) record(batch, event);
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
}

/// As put(), but at once.
void put_together(TempStore& store, const std::vector<Event>& events) {
  store::Batch batch;
  record(batch, events);
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
}

void deliver(TempStore& store, const Event& event) {
  store::Batch batch;
  batch.puts.push_back(
      {.collection = std::string(kDeliveries), .id = event.id, .account = {}, .body = "{}"});
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
}

int64_t rows(TempStore& store) {
  store::Query query;
  query.collection = kOutbox;
  return store->snapshot()->count(query);
}

void move_to(TempStore& store, const Event& event, WallTime due) {
  Delivery delivery = owed_by(event);
  delivery.due = due;
  delivery.rounds = 1;
  store::Batch batch;
  batch.puts.push_back(outbox_row(delivery));
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
}

TEST_CASE("a target is a pair of URLs of an account, whatever their queries") {
  const Target plain{"https://a.example/hook", "https://b.example/", Target::Shape::V2};
  Target other = plain;
  CHECK(target_key("x", plain).size() == 16);
  other.url = "https://a.example/hook?call=7";
  CHECK(target_key("x", other) == target_key("x", plain));
  CHECK(target_key("y", plain) != target_key("x", plain));
  other.failover_url = "";
  CHECK(target_key("x", other) != target_key("x", plain));
  CHECK(shard_of(target_key("x", plain), 1) == 0);
  CHECK(shard_of(target_key("x", plain), 7) < 7);
}

TEST_CASE("an event comes back from the log as it was") {
  TempStore store;
  Event event = make_event(1, "call-1", "http://a.example/?x=1");
  event.target.failover_url = "http://b.example/";
  event.target.shape = Target::Shape::V1;
  put(store, {event});
  const auto snapshot = store->snapshot();
  const auto found = find_event(*snapshot, event.id);
  REQUIRE(found);
  CHECK(found->account == event.account);
  CHECK(found->type == event.type);
  CHECK(found->subject == event.subject);
  CHECK(found->payload == event.payload);
  CHECK(found->occurred_at == event.occurred_at);
  CHECK(found->target.url == event.target.url);
  CHECK(found->target.failover_url == event.target.failover_url);
  CHECK(found->target.shape == Target::Shape::V1);
  CHECK_FALSE(find_event(*snapshot, "another"));
}

TEST_CASE("an event nobody wants owes no delivery") {
  TempStore store;
  put(store, {make_event(1, "call-1", "")});
  const auto snapshot = store->snapshot();
  CHECK(snapshot->get(kEventLog, make_event(1, "", "").id));
  CHECK_FALSE(next_target(*snapshot, ""));
}

TEST_CASE("a backlog is read in the order in which it was recorded") {
  TempStore store;
  std::vector<Event> events;
  for (int i = 0; i < 10; ++i) {
    events.push_back(make_event(i, "subject-" + std::to_string(i % 3), "http://a.example/"));
    events.back().occurred_at = kStart - Millis(i);  // clocks do not decide
  }
  put(store, events);
  const Backlog all = read(store, events[0], kStart);
  REQUIRE(all.ready.size() == 10);
  for (size_t i = 0; i < 10; ++i) CHECK(all.ready[i].id == events[i].id);
  CHECK_FALSE(all.more);
  CHECK_FALSE(all.next_due);
  CHECK(all.ready[0].first);
  CHECK_FALSE(all.ready[3].first);
  CHECK(all.ready[9].event.payload == events[9].payload);
}

TEST_CASE("what is in memory already is left out, what does not fit is announced") {
  TempStore store;
  std::vector<Event> events;
  for (int i = 0; i < 6; ++i) {
    events.push_back(make_event(i, "s" + std::to_string(i), "http://a.example/"));
  }
  put(store, events);
  const Backlog page = read(store, events[0], kStart, 2, {events[0].id, events[1].id});
  CHECK(ids(page) == Ids{events[2].id, events[3].id});
  CHECK(page.more);
}

TEST_CASE("followers of a delivery that waits are moved behind it") {
  TempStore store;
  const Event a1 = make_event(1, "a", "http://a.example/");
  const Event a2 = make_event(2, "a", "http://a.example/");
  const Event b1 = make_event(3, "b", "http://a.example/");
  put(store, {a1, a2, b1});
  const WallTime due = kStart + std::chrono::minutes(5);
  move_to(store, a1, due);

  Backlog early = read(store, a1, kStart);
  CHECK(ids(early) == Ids{b1.id});
  CHECK(early.next_due == due);
  REQUIRE(early.parked.size() == 1);
  CHECK(early.parked[0].row.id == a2.id);
  store::Batch batch;
  batch.puts.push_back(std::move(early.parked[0].row));
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);

  CHECK(read(store, a1, kStart).parked.empty());
  const Backlog late = read(store, a1, due);
  CHECK(ids(late) == Ids{a1.id, a2.id, b1.id});
  CHECK(late.ready[0].rounds == 1);
}

TEST_CASE("the oldest of a subject comes along even from behind the end of the page") {
  TempStore store;
  const Event a1 = make_event(1, "a", "http://a.example/");
  const Event a2 = make_event(2, "a", "http://a.example/");
  put(store, {a1, a2});
  move_to(store, a1, kStart + Millis(10));
  const Backlog page = read(store, a1, kStart + Millis(10), 1);
  CHECK(ids(page) == Ids{a1.id, a2.id});
  CHECK(page.more);
}

TEST_CASE("targets are found one after the other, each owed its own") {
  TempStore store;
  std::set<std::string> keys;
  std::vector<Event> events;
  for (int i = 0; i < 20; ++i) {
    events.push_back(make_event(i, "s", "http://host-" + std::to_string(i % 5) + ".example/"));
    keys.insert(target_key(events.back().account, events.back().target));
  }
  put(store, events);
  std::set<std::string> found;
  const auto snapshot = store->snapshot();
  for (auto key = next_target(*snapshot, ""); key; key = next_target(*snapshot, *key)) {
    CHECK(found.insert(*key).second);
  }
  CHECK(found == keys);
  CHECK(read(store, events[3], kStart).ready.size() == 4);
}

TEST_CASE("a delivery once more has a lane of its own") {
  TempStore store;
  const Event a1 = make_event(1, "a", "http://a.example/");
  put(store, {a1});
  move_to(store, a1, kStart + std::chrono::hours(1));
  store::Batch batch;
  record_again(batch, a1, "again-1", kStart);
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
  const Backlog page = read(store, a1, kStart);
  CHECK(ids(page) == Ids{"again-1"});
  CHECK(page.ready[0].event.id == a1.id);
  CHECK(page.ready[0].first);
}

TEST_CASE("a row whose event is gone is named") {
  TempStore store;
  const Event a1 = make_event(1, "a", "http://a.example/");
  put(store, {a1});
  store::Batch batch;
  batch.removes.push_back({.collection = std::string(kEventLog), .id = a1.id});
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
  const Backlog page = read(store, a1, kStart);
  CHECK(page.ready.empty());
  CHECK(page.orphans == Ids{a1.id});
}

TEST_CASE("what happens at once to one target is owed by one row") {
  TempStore store;
  std::vector<Event> events;
  for (int i = 0; i < 6; ++i) {
    const std::string url = i == 3 ? "http://b.example/" : i == 4 ? "" : "http://a.example/";
    events.push_back(make_event(i, "s" + std::to_string(i % 2), url));
  }
  put_together(store, events);
  CHECK(rows(store) == 2);
  const Backlog all = read(store, events[0], kStart);
  CHECK(ids(all) == Ids{events[0].id, events[1].id, events[2].id, events[5].id});
  CHECK(all.ready[3].event.payload == events[5].payload);
  REQUIRE(all.bundles.size() == 1);
  CHECK(all.bundles.begin()->second == 4);
  CHECK(all.ready[0].bundle == all.bundles.begin()->first);
  CHECK(read(store, events[3], kStart).ready.at(0).bundle.empty());
}

TEST_CASE("of a bundle only what was not tried is still owed") {
  TempStore store;
  std::vector<Event> events;
  for (int i = 0; i < 4; ++i) {
    events.push_back(make_event(i, "s" + std::to_string(i), "http://a.example/"));
  }
  put_together(store, events);
  deliver(store, events[0]);
  move_to(store, events[1], kStart + Millis(1));
  const Backlog rest = read(store, events[0], kStart, 100, {events[2].id});
  CHECK(ids(rest) == Ids{events[3].id});
  CHECK(rest.bundles.begin()->second == 2);
  const auto owed = [&](int i) {
    const auto snapshot = store->snapshot();
    return is_owed(*snapshot, *snapshot->get(kEventLog, events[static_cast<size_t>(i)].id));
  };
  CHECK_FALSE(owed(0));
  for (const int i : {1, 2, 3}) CHECK(owed(i));
  for (const int i : {2, 3}) deliver(store, events[static_cast<size_t>(i)]);
  CHECK(read(store, events[0], kStart).orphans == Ids{rest.bundles.begin()->first});
}

TEST_CASE("from a bundle, followers of a delivery that waits get rows of their own") {
  TempStore store;
  const Event a1 = make_event(1, "a", "http://a.example/");
  const Event a2 = make_event(2, "a", "http://a.example/");
  const Event b1 = make_event(3, "b", "http://a.example/");
  put_together(store, {a1, a2, b1});
  const WallTime due = kStart + std::chrono::minutes(5);
  move_to(store, a1, due);
  Backlog early = read(store, a1, kStart);
  CHECK(ids(early) == Ids{b1.id});
  REQUIRE(early.parked.size() == 1);
  CHECK(early.parked[0].bundle == early.bundles.begin()->first);
  store::Batch batch;
  batch.puts.push_back(std::move(early.parked[0].row));
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
  CHECK(read(store, a1, kStart).parked.empty());
  CHECK(ids(read(store, a1, due, 100, {b1.id})) == Ids{a1.id, a2.id});
}

TEST_CASE("a large crowd is owed by several rows, a page of them at a time") {
  TempStore store;
  std::vector<Event> events;
  for (int i = 0; i < 200; ++i) {
    events.push_back(make_event(i, "s" + std::to_string(i), "http://a.example/"));
  }
  put_together(store, events);
  CHECK(rows(store) == 4);
  const Backlog page = read(store, events[0], kStart, 70);
  CHECK(page.more);
  CHECK(page.ready.size() == 2 * Bundle::kMostEvents);
  CHECK(page.ready[100].id == events[100].id);
}

TEST_CASE("long and missing subjects have lanes too") {
  Event event = make_event(1, std::string(5'000, 's'), "http://a.example/");
  const std::string lane = owed_by(event).lane;
  CHECK(lane.size() < 200);
  event.subject += "t";
  CHECK(owed_by(event).lane != lane);
  event.subject.clear();
  Event other = make_event(2, "", "http://a.example/");
  CHECK(owed_by(event).lane != owed_by(other).lane);
}

}  // namespace
}  // namespace tandem::events
