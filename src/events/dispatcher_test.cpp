#include "events/dispatcher.h"

#include <array>
#include <map>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "core/json.h"
#include "events/backoff.h"
#include "events/feed.h"
#include "events/receiver_testing.h"
#include "events/signing_key.h"
#include "events/testing.h"
#include "runtime/shards.h"

namespace tandem::events {
namespace {

using testing::Hook;
using testing::kStart;
using testing::make_event;
using testing::Receiver;
using testing::TempStore;
using namespace std::chrono_literals;

bool anything(std::string_view) { return true; }

/// A dispatcher with everything around it; time stands still until it is moved.
class House {
 public:
  explicit House(Dispatcher::Options options = {}, size_t shard_count = 2)
      : shards(shard_count), clock(kStart, true), options_(std::move(options)) {
    options_.allow = anything;
    shards.start();
    clock.on_advance([this] {
      if (dispatcher) dispatcher->wake();
    });
  }
  ~House() {
    dispatcher.reset();
    shards.stop();
  }
  void start() {
    dispatcher = std::make_unique<Dispatcher>(shards, *store, clock, key, metrics, options_);
    REQUIRE(dispatcher->start());
  }
  /// Ends the dispatcher and opens the store anew, as the next process would.
  void restart() {
    dispatcher.reset();
    store.reopen();
    start();
  }
  void forbid_private() { options_.allow = http::is_public_address; }

  /// Commits the events and tells the dispatcher.
  void happen(const std::vector<Event>& events) {
    store_only(events);
    dispatcher->committed(events);
  }
  void store_only(const std::vector<Event>& events) {
    store::Batch batch;
    record(batch, events);
    REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
  }
  void forward(Millis by) { clock.advance(by); }

  int64_t owed() {
    store::Query query;
    query.collection = kOutbox;
    query.account = "";
    return store->snapshot()->count(query);
  }
  std::optional<json::Value> record_of(const std::string& id) {
    const auto row = store->snapshot()->get(kDeliveries, id);
    if (!row) return std::nullopt;
    return json::Value::parse(row->body).value();
  }
  std::string status_of(const std::string& id) {
    const auto found = record_of(id);
    return found ? std::string((*found)["status"].string()) : "none";
  }
  size_t attempts_of(const std::string& id) {
    const auto found = record_of(id);
    return found ? (*found)["attempts"].items().size() : 0;
  }
  std::string errors_of_last(const std::string& id) {
    const auto found = record_of(id);
    return found ? (*found)["attempts"].items().front()["errors"].text() : "none";
  }

  runtime::Shards shards;
  TempStore store;
  VirtualClock clock;
  SigningKey key = SigningKey::from_seed(std::array<uint8_t, SigningKey::kSeedBytes>{7});
  Metrics metrics;
  std::unique_ptr<Dispatcher> dispatcher;

 private:
  Dispatcher::Options options_;
};

/// What a thread of the dispatcher will have done soon.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + Receiver::kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return condition();
}

std::vector<std::string> ids_of(const std::vector<Hook>& hooks) {
  std::vector<std::string> ids;
  for (const Hook& hook : hooks) ids.push_back(hook.id);
  return ids;
}

TEST_CASE("an event is sent, signed and recorded") {
  House house;
  Receiver receiver(house.shards);
  house.start();
  const Event event = make_event(1, "call-1", receiver.url("/hook?a=b"));
  house.happen({event});
  REQUIRE(receiver.wait_for(1));
  const Hook hook = receiver.hooks()[0];
  CHECK(hook.path == "/hook?a=b");
  CHECK(hook.id == event.id);
  CHECK(hook.attempt == 1);
  CHECK(hook.delivered_to == event.target.url);
  CHECK(hook.headers.get("content-type") == "application/json");
  CHECK(hook.headers.get("user-agent").substr(0, 15) == "tandem-webhooks");
  const std::string time(hook.headers.get("telnyx-timestamp"));
  CHECK(hook.headers.get("telnyx-signature-ed25519") == house.key.sign(time, hook.body));
  const auto real = std::chrono::system_clock::now().time_since_epoch();
  CHECK(std::abs(std::stoll(time) -
                 std::chrono::duration_cast<std::chrono::seconds>(real).count()) < 60);

  REQUIRE(eventually([&] { return house.owed() == 0; }));
  CHECK(house.status_of(event.id) == "delivered");
  CHECK(house.errors_of_last(event.id) == "[]");
  const json::Value last = (*house.record_of(event.id))["attempts"].items().front();
  CHECK(last.at_path("http.request.url").string() == event.target.url);
  CHECK(last.at_path("http.response.status").integer() == 200);
  CHECK(last.at_path("http.response.body").string() == "answer 200");
}

TEST_CASE("any 2xx is a success; one that is not 200 is noted") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return 204; });
  house.start();
  const Event event = make_event(1, "call-1", receiver.url());
  house.happen({event});
  REQUIRE(eventually([&] { return house.status_of(event.id) == "delivered"; }));
  CHECK(house.errors_of_last(event.id) == "[75299]");
}

TEST_CASE("when the primary URL fails, the failover URL is asked at once") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook& hook) { return hook.path == "/primary" ? 500 : 200; });
  house.start();
  Event event = make_event(1, "call-1", receiver.url("/primary"));
  event.target.failover_url = receiver.url("/failover");
  house.happen({event});
  REQUIRE(eventually([&] { return house.status_of(event.id) == "delivered"; }));
  const auto hooks = receiver.hooks();
  REQUIRE(hooks.size() == 2);
  CHECK(hooks[0].attempt == 1);
  CHECK(hooks[1].attempt == 2);
  CHECK(hooks[1].path == "/failover");
  CHECK(hooks[1].delivered_to == event.target.failover_url);
  const auto record = house.record_of(event.id);
  REQUIRE((*record)["attempts"].items().size() == 2);
  CHECK((*record)["attempts"].items()[1]["errors"].text() == "[75500]");
  CHECK(house.owed() == 0);
}

TEST_CASE("every answer but 2xx is a failure with its code") {
  const std::pair<int, std::string> rows[] = {
      {302, "[75300]"}, {400, "[75400]"}, {404, "[75404]"}, {410, "[75499]"}, {503, "[75599]"}};
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook& hook) { return std::stoi(hook.path.substr(1)); });
  house.start();
  int number = 0;
  for (const auto& [status, code] : rows) {
    CAPTURE(status);
    const Event event = make_event(++number, "call", receiver.url("/" + std::to_string(status)));
    house.happen({event});
    REQUIRE(eventually([&] { return house.status_of(event.id) == "failed"; }));
    CHECK(house.errors_of_last(event.id) == code);
  }
  for (const Hook& hook : receiver.hooks()) CHECK(hook.path != "/elsewhere");
}

TEST_CASE("a target that cannot be reached, or answers too late, is a failure") {
  House house({.timeout = 150ms});
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return std::nullopt; });
  house.start();
  const Event silent = make_event(1, "a", receiver.url());
  const Event closed = make_event(2, "b", "http://127.0.0.1:1/");
  const Event broken = make_event(3, "c", "no url at all");
  house.happen({silent, closed, broken});
  for (const Event& event : {silent, closed, broken}) {
    REQUIRE(eventually([&] { return house.status_of(event.id) == "failed"; }));
  }
  CHECK(house.errors_of_last(silent.id) == "[75000]");
  CHECK(house.errors_of_last(closed.id) == "[75002]");
  CHECK(house.errors_of_last(broken.id) == "[75000]");
  CHECK((*house.record_of(closed.id))["attempts"].items()[0].at_path("http.response").is_null());
}

TEST_CASE("an address that is not public is not asked unless it is allowed") {
  House house;
  Receiver receiver(house.shards);
  house.forbid_private();
  house.start();
  const Event event = make_event(1, "a", receiver.url());
  house.happen({event});
  REQUIRE(eventually([&] { return house.status_of(event.id) == "failed"; }));
  CHECK(house.errors_of_last(event.id) == "[75002]");
  CHECK(receiver.count() == 0);
}

TEST_CASE("failed deliveries are tried again for hours, then given up") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return 500; });
  house.start();
  const Event event = make_event(1, "call-1", receiver.url());
  house.happen({event});
  for (size_t round = 1; round < 20; ++round) {
    CAPTURE(round);
    REQUIRE(eventually([&] { return house.attempts_of(event.id) == round; }));
    CHECK(house.owed() == 1);
    house.forward(kMaxRetryDelay * 12 / 10);
  }
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  CHECK(house.attempts_of(event.id) == 20);
  CHECK(house.status_of(event.id) == "failed");
  CHECK(receiver.hooks().back().attempt == 20);
  house.forward(std::chrono::hours(24));
  CHECK(house.attempts_of(event.id) == 20);
}

TEST_CASE("a retry waits for its time, then delivers") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook& hook) { return hook.attempt == 1 ? 503 : 200; });
  house.start();
  const Event event = make_event(1, "call-1", receiver.url());
  house.happen({event});
  REQUIRE(eventually([&] { return house.status_of(event.id) == "failed"; }));
  house.forward(kFirstRetryDelay / 2);
  const Event other = make_event(2, "call-2", receiver.url("/other"));
  receiver.behave(nullptr);
  house.happen({other});
  REQUIRE(eventually([&] { return house.status_of(other.id) == "delivered"; }));
  CHECK(house.attempts_of(event.id) == 1);
  house.forward(kFirstRetryDelay);
  REQUIRE(eventually([&] { return house.status_of(event.id) == "delivered"; }));
  CHECK(house.attempts_of(event.id) == 2);
}

TEST_CASE("what follows in a subject waits for what failed; other subjects do not") {
  House house;
  Receiver receiver(house.shards);
  const std::string first = make_event(1, "", "").id;
  receiver.behave(
      [&](const Hook& hook) { return hook.id == first && hook.attempt == 1 ? 500 : 200; });
  house.start();
  std::vector<Event> events;
  for (int i = 1; i <= 3; ++i) events.push_back(make_event(i, "call-1", receiver.url()));
  events.push_back(make_event(4, "call-2", receiver.url()));
  house.happen(events);
  REQUIRE(eventually([&] { return house.status_of(events[3].id) == "delivered"; }));
  REQUIRE(eventually([&] { return house.status_of(first) == "failed"; }));
  // A later one comes to a subject that waits.
  house.happen({make_event(5, "call-1", receiver.url()), make_event(6, "call-3", receiver.url())});
  REQUIRE(eventually([&] { return house.status_of(make_event(6, "", "").id) == "delivered"; }));
  CHECK(house.owed() == 4);
  house.forward(kFirstRetryDelay * 2);
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  std::vector<std::string> order;
  for (const Hook& hook : receiver.hooks()) {
    if (hook.id != events[3].id && hook.id != make_event(6, "", "").id) order.push_back(hook.id);
  }
  CHECK(order == std::vector<std::string>{first, first, events[1].id, events[2].id,
                                          make_event(5, "", "").id});
}

/// Checks that each of `count` events came once, and those of a subject in order.
void check_complete(const std::vector<Hook>& hooks, int count, int subjects) {
  CHECK(hooks.size() == static_cast<size_t>(count));
  std::map<int, int> last;
  std::set<int> seen;
  for (const Hook& hook : hooks) {
    const int number = std::stoi(hook.id.substr(24));
    CHECK(seen.insert(number).second);
    int& previous = last.try_emplace(number % subjects, -1).first->second;
    CHECK(previous < number);
    previous = number;
  }
}

TEST_CASE("a crowd of events goes concurrently, each once, in order per subject") {
  constexpr int kCount = 600;
  constexpr int kSubjects = 40;
  House house({.max_in_flight_per_target = 8});
  Receiver receiver(house.shards);
  house.start();
  std::vector<Event> events;
  for (int i = 0; i < kCount; ++i) {
    events.push_back(make_event(i, "s" + std::to_string(i % kSubjects), receiver.url()));
    if (events.size() == 20) {
      house.happen(events);
      events.clear();
    }
  }
  REQUIRE(receiver.wait_for(kCount));
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  check_complete(receiver.hooks(), kCount, kSubjects);
}

TEST_CASE("what does not fit in memory comes from the store, in order") {
  constexpr int kCount = 1'500;
  constexpr int kSubjects = 100;
  House house({.max_in_memory = 64});
  Receiver receiver(house.shards);
  house.start();
  std::vector<Event> events;
  for (int i = 0; i < kCount; ++i) {
    events.push_back(make_event(i, "s" + std::to_string(i % kSubjects), receiver.url()));
  }
  house.happen(events);
  REQUIRE(receiver.wait_for(kCount));
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  check_complete(receiver.hooks(), kCount, kSubjects);
}

TEST_CASE("no more than the limit are under way to one target") {
  House house({.max_in_flight_per_target = 5});
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return std::nullopt; });
  house.start();
  std::vector<Event> events;
  for (int i = 0; i < 50; ++i)
    events.push_back(make_event(i, "s" + std::to_string(i), receiver.url()));
  house.happen(events);
  REQUIRE(receiver.wait_for(5));
  // Another target's event passes through the same shards after all of them had their chance.
  const Event other = make_event(99, "x", receiver.url("/other"));
  house.happen({other});
  REQUIRE(receiver.wait_for(6));
  CHECK(receiver.held() == 6);
  receiver.behave(nullptr);
  receiver.release();
  REQUIRE(eventually([&] { return house.owed() == 0; }));
}

TEST_CASE("a target that does not answer holds back no other") {
  House house({.timeout = 300ms, .max_in_flight = 64, .max_in_memory = 400});
  Receiver receiver(house.shards);
  receiver.behave([](const Hook& hook) -> std::optional<int> {
    if (hook.path == "/dead") return std::nullopt;
    return 200;
  });
  house.start();
  std::vector<Event> events;
  for (int i = 0; i < 400; ++i)
    events.push_back(make_event(i, "d" + std::to_string(i), receiver.url("/dead")));
  for (int i = 400; i < 800; ++i)
    events.push_back(make_event(i, "a" + std::to_string(i), receiver.url("/alive")));
  house.happen(events);
  REQUIRE(eventually([&] {
    size_t alive = 0;
    for (const Hook& hook : receiver.hooks()) alive += hook.path == "/alive" ? 1 : 0;
    return alive == 400;
  }));
  // The breaker keeps most of the dead ones from being tried even once.
  size_t dead = 0;
  for (const Hook& hook : receiver.hooks()) dead += hook.path == "/dead" ? 1 : 0;
  CHECK(dead < 100);
  // Once it answers, everything arrives.
  receiver.behave(nullptr);
  receiver.release();
  CHECK(eventually([&] {
    house.forward(kMaxRetryDelay / 30);
    return house.owed() == 0;
  }));
  std::set<std::string> arrived;
  for (const Hook& hook : receiver.hooks()) arrived.insert(hook.id);
  CHECK(arrived.size() == 800);
}

TEST_CASE("when the primary rests behind its breaker, the failover is asked alone") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook& hook) { return hook.path == "/primary" ? 500 : 200; });
  house.start();
  std::vector<Event> events;
  for (int i = 0; i < 200; ++i) {
    events.push_back(make_event(i, "s" + std::to_string(i), receiver.url("/primary")));
    events.back().target.failover_url = receiver.url("/failover");
  }
  house.happen(events);
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  size_t primary = 0;
  for (const Hook& hook : receiver.hooks()) primary += hook.path == "/primary" ? 1 : 0;
  CHECK(primary < 60);
  CHECK(receiver.count() == 200 + primary);
}

TEST_CASE("what waited too long behind a breaker is given up without a try") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return 500; });
  house.start();
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i)
    events.push_back(make_event(i, "s" + std::to_string(i), receiver.url()));
  house.happen(events);
  CHECK(eventually([&] {
    house.forward(std::chrono::hours(1));
    return house.owed() == 0;
  }));
  CHECK(house.status_of(events.back().id) == "failed");
}

TEST_CASE("a new process takes up what the last one owed, in order") {
  House house;
  Receiver receiver(house.shards);
  std::vector<Event> events;
  for (int i = 0; i < 60; ++i) {
    events.push_back(
        make_event(i, "s" + std::to_string(i % 7), receiver.url("/" + std::to_string(i % 7))));
  }
  house.store_only(events);
  house.start();
  REQUIRE(receiver.wait_for(60));
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  check_complete(receiver.hooks(), 60, 7);
}

TEST_CASE("a retry that waits outlives the process") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return 500; });
  house.start();
  const Event event = make_event(1, "a", receiver.url());
  const Event next = make_event(2, "a", receiver.url());
  house.happen({event, next});
  REQUIRE(eventually([&] { return house.status_of(event.id) == "failed"; }));
  house.restart();
  receiver.behave(nullptr);
  house.happen({make_event(3, "b", receiver.url("/sign-of-life"))});
  REQUIRE(receiver.wait_for(2));
  CHECK(house.attempts_of(event.id) == 1);
  house.forward(kFirstRetryDelay * 2);
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  CHECK(house.attempts_of(event.id) == 2);
  CHECK(receiver.hooks()[2].attempt == 2);
  CHECK(receiver.hooks()[3].id == next.id);
}

TEST_CASE("an event can be sent once more, by its id") {
  House house;
  Receiver receiver(house.shards);
  house.start();
  const Event event = make_event(1, "a", receiver.url());
  house.happen({event});
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  const auto found = find_event(*house.store->snapshot(), event.id);
  REQUIRE(found);
  const std::string again = "22222222-2222-7222-8222-222222222222";
  store::Batch batch;
  record_again(batch, *found, again, house.clock.now());
  REQUIRE(house.store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
  house.dispatcher->owed(*found);
  REQUIRE(receiver.wait_for(2));
  REQUIRE(eventually([&] { return house.owed() == 0; }));
  CHECK(ids_of(receiver.hooks()) == std::vector<std::string>{event.id, event.id});
  CHECK(house.status_of(again) == "delivered");
  CHECK(house.attempts_of(event.id) == 1);
}

TEST_CASE("after a reset nothing of before is sent") {
  House house;
  Receiver receiver(house.shards);
  receiver.behave([](const Hook&) { return 500; });
  house.start();
  const Event event = make_event(1, "a", receiver.url());
  house.happen({event});
  REQUIRE(eventually([&] { return house.status_of(event.id) == "failed"; }));
  REQUIRE(house.store->clear());
  house.dispatcher->reset();
  house.forward(std::chrono::hours(2));
  const Event fresh = make_event(2, "a", receiver.url());
  house.happen({fresh});
  REQUIRE(eventually([&] { return house.status_of(fresh.id) == "failed"; }));
  CHECK(ids_of(receiver.hooks()) == std::vector<std::string>{event.id, fresh.id});
}

TEST_CASE("who watches the feed hears of every committed event") {
  Feed feed;
  House house({.feed = &feed});
  const auto watcher = feed.subscribe("", [] {});
  house.start();
  house.happen({make_event(1, "a", ""), make_event(2, "a", "")});
  CHECK(watcher->take().events.size() == 2);
}

}  // namespace
}  // namespace tandem::events
