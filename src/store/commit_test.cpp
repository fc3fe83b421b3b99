#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing.h"

// What a commit may do and may not do: the same for every driver.
namespace tandem::store {
namespace {

using namespace testing;
using Status = Committed::Status;

std::vector<Collection> rooms() {
  Collection collection{"rooms", {}};
  collection.indexes.push_back({"unique_name", Index::Kind::Text, true, false});
  collection.indexes.push_back({"number", Index::Kind::Text, true, true});
  collection.indexes.push_back({"size", Index::Kind::Number, false, false});
  return {collection, {"events", {}}};
}

Batch removal(std::string id, int64_t expected = kAnyRevision) {
  Batch batch;
  batch.removes.push_back({"rooms", std::move(id), expected});
  return batch;
}

Batch adjustment(std::string key, int64_t delta, int64_t min = INT64_MIN, int64_t max = INT64_MAX) {
  Batch batch;
  batch.adjusts.push_back({std::move(key), delta, min, max});
  return batch;
}

int64_t total(Database& database, std::optional<std::string> account) {
  Query query;
  query.collection = "rooms";
  query.account = std::move(account);
  return database.snapshot()->count(query);
}

TEST_CASE_TEMPLATE("a document comes back to the letter", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  const std::string body = "{ \"b\" : 1.0,\"a\":\"\\u00e9\\n\", \"a\":[1, 2 ] }";
  Put one = put("r1", body);
  one.created_at = WallTime(Millis(1'700'000'000'123));
  CHECK(status(*database, one) == Status::Done);
  const auto row = database->snapshot()->get("rooms", "r1");
  REQUIRE(row);
  CHECK(row->id == "r1");
  CHECK(row->account == "a");
  CHECK(row->revision == 1);
  CHECK(row->created_at == one.created_at);
  CHECK(row->body == body);
  CHECK_FALSE(database->snapshot()->get("rooms", "r2"));
  CHECK_FALSE(database->snapshot()->get("events", "r1"));
}

TEST_CASE_TEMPLATE("revisions decide what a put may replace", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", "{}", "a", 1)) == Status::Conflict);
  CHECK(status(*database, put("r1", "{\"v\":1}", "a", kNew)) == Status::Done);
  CHECK(status(*database, put("r1", "{\"v\":2}", "a", kNew)) == Status::Conflict);
  CHECK(status(*database, put("r1", "{\"v\":3}", "a", 2)) == Status::Conflict);
  CHECK(status(*database, put("r1", "{\"v\":4}", "a", 1)) == Status::Done);
  CHECK(status(*database, put("r1", "{\"v\":5}", "a", 1)) == Status::Conflict);
  CHECK(status(*database, put("r1", "{\"v\":6}", "a", kAnyRevision)) == Status::Done);
  CHECK(status(*database, put("r2", "{\"v\":7}", "a", kAnyRevision)) == Status::Done);
  const auto row = database->snapshot()->get("rooms", "r1");
  REQUIRE(row);
  CHECK(row->revision == 3);
  CHECK(row->body == "{\"v\":6}");
  CHECK(database->snapshot()->get("rooms", "r2")->revision == 1);
}

TEST_CASE_TEMPLATE("the time of creation and the sequence stay", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  Put one = put("r1", "{}");
  one.created_at = WallTime(Millis(5));
  CHECK(status(*database, one) == Status::Done);
  CHECK(status(*database, put("r2", "{}")) == Status::Done);
  one.created_at = WallTime(Millis(9));
  one.expected = 1;
  CHECK(status(*database, one) == Status::Done);
  const auto snapshot = database->snapshot();
  CHECK(snapshot->get("rooms", "r1")->created_at == WallTime(Millis(5)));
  CHECK(snapshot->get("rooms", "r1")->sequence < snapshot->get("rooms", "r2")->sequence);
}

TEST_CASE_TEMPLATE("a sequence is never given twice", Place, STORE_TEST_PLACES) {
  const Place place;
  int64_t last = 0;
  for (int round = 0; round < 3; ++round) {
    const auto database = opened(place, rooms());
    CHECK(status(*database, put("r", "{}")) == Status::Done);
    const int64_t sequence = database->snapshot()->get("rooms", "r")->sequence;
    CHECK(sequence > last);
    last = sequence;
    if (round == 1) {
      CHECK(database->clear());
    } else {
      CHECK(database->commit_now(removal("r")).status == Status::Done);
    }
  }
}

TEST_CASE_TEMPLATE("removing", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", "{}")) == Status::Done);
  CHECK(database->commit_now(removal("r1", 2)).status == Status::Conflict);
  CHECK(database->commit_now(removal("r1", 1)).status == Status::Done);
  CHECK_FALSE(database->snapshot()->get("rooms", "r1"));
  CHECK(database->commit_now(removal("r1", 1)).status == Status::Conflict);
  CHECK(database->commit_now(removal("r1", kAnyRevision)).status == Status::Done);
}

TEST_CASE_TEMPLATE("unique values", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", R"({"unique_name":"x"})")) == Status::Done);
  const Committed twice = commit(*database, {put("r2", R"({"unique_name":"x"})")});
  CHECK(twice.status == Status::Duplicate);
  CHECK(twice.what == "rooms.unique_name");
  CHECK_FALSE(database->snapshot()->get("rooms", "r2"));
  // Another account, no value, another letter: all fine.
  CHECK(status(*database, put("r3", R"({"unique_name":"x"})", "b")) == Status::Done);
  CHECK(status(*database, put("r4", R"({"unique_name":null})")) == Status::Done);
  CHECK(status(*database, put("r5", R"({"unique_name":null})")) == Status::Done);
  CHECK(status(*database, put("r6", "{}")) == Status::Done);
  CHECK(status(*database, put("r7", R"({"unique_name":"X"})")) == Status::Done);
  // An update can run into it as well; an update to the same value does not.
  const Committed update = commit(*database, {put("r7", R"({"unique_name":"x"})", "a", 1)});
  CHECK(update.status == Status::Duplicate);
  CHECK(status(*database, put("r1", R"({"unique_name":"x","n":1})", "a", 1)) == Status::Done);
  // A put of what exists is a conflict first.
  CHECK(status(*database, put("r7", R"({"unique_name":"x"})")) == Status::Conflict);
}

TEST_CASE_TEMPLATE("values that are unique everywhere", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", R"({"number":"+1"})", "a")) == Status::Done);
  const Committed twice = commit(*database, {put("r2", R"({"number":"+1"})", "b")});
  CHECK(twice.status == Status::Duplicate);
  CHECK(twice.what == "rooms.number");
  const auto snapshot = database->snapshot();
  CHECK(snapshot->find("rooms", std::nullopt, "number", "+1")->id == "r1");
  CHECK(snapshot->find("rooms", "a", "number", "+1")->id == "r1");
  CHECK_FALSE(snapshot->find("rooms", "b", "number", "+1"));
  CHECK_FALSE(snapshot->find("rooms", std::nullopt, "number", "+2"));
}

TEST_CASE_TEMPLATE("find by a number", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", R"({"size":12.5})")) == Status::Done);
  const auto snapshot = database->snapshot();
  CHECK(snapshot->find("rooms", "a", "size", "12.50")->id == "r1");
  CHECK_FALSE(snapshot->find("rooms", "a", "size", "12"));
  CHECK_FALSE(snapshot->find("rooms", "a", "size", "12.5x"));
}

TEST_CASE_TEMPLATE("a batch is all or nothing", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", R"({"unique_name":"x"})")) == Status::Done);
  Batch batch;
  batch.puts = {put("r2", "{}"), put("r3", R"({"unique_name":"x"})")};
  batch.adjusts.push_back({"k", 5});
  CHECK(database->commit_now(std::move(batch)).status == Status::Duplicate);
  const auto snapshot = database->snapshot();
  CHECK_FALSE(snapshot->get("rooms", "r2"));
  CHECK(snapshot->counter("k") == 0);
  CHECK(total(*database, "a") == 1);
}

TEST_CASE_TEMPLATE("removes come before puts", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", R"({"unique_name":"x"})")) == Status::Done);
  Batch batch = removal("r1", 1);
  batch.puts = {put("r1", R"({"unique_name":"y"})"), put("r2", R"({"unique_name":"x"})")};
  CHECK(database->commit_now(std::move(batch)).status == Status::Done);
  CHECK(database->snapshot()->get("rooms", "r1")->revision == 1);
  CHECK(database->snapshot()->find("rooms", "a", "unique_name", "x")->id == "r2");
}

TEST_CASE_TEMPLATE("puts of one batch see each other", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(commit(*database, {put("r1", "{}"), put("r1", R"({"v":2})", "a", 1)}).status ==
        Status::Done);
  CHECK(database->snapshot()->get("rooms", "r1")->revision == 2);
  CHECK(commit(*database, {put("r2", "{}"), put("r2", "{}")}).status == Status::Conflict);
  CHECK_FALSE(database->snapshot()->get("rooms", "r2"));
}

TEST_CASE_TEMPLATE("counters keep their bounds", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(database->snapshot()->counter("balance") == 0);
  CHECK(database->commit_now(adjustment("balance", 100)).status == Status::Done);
  CHECK(database->commit_now(adjustment("balance", -60, 0)).status == Status::Done);
  const Committed below = database->commit_now(adjustment("balance", -41, 0));
  CHECK(below.status == Status::OutOfBounds);
  CHECK(below.what == "balance");
  CHECK(database->commit_now(adjustment("balance", -40, 0)).status == Status::Done);
  CHECK(database->commit_now(adjustment("balance", 11, 0, 10)).status == Status::OutOfBounds);
  CHECK(database->commit_now(adjustment("balance", INT64_MAX)).status == Status::Done);
  CHECK(database->commit_now(adjustment("balance", 1)).status == Status::OutOfBounds);
  CHECK(database->commit_now(adjustment("other", INT64_MIN)).status == Status::Done);
  CHECK(database->snapshot()->counter("balance") == INT64_MAX);
  CHECK(database->snapshot()->counter("other") == INT64_MIN);
}

TEST_CASE_TEMPLATE("totals follow every change", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(total(*database, "a") == 0);
  CHECK(commit(*database, {put("r1", "{}"), put("r2", "{}"), put("r3", "{}", "b")}).status ==
        Status::Done);
  CHECK(total(*database, "a") == 2);
  CHECK(total(*database, "b") == 1);
  CHECK(total(*database, std::nullopt) == 3);
  CHECK(status(*database, put("r1", "{}", "a", 1)) == Status::Done);
  CHECK(status(*database, put("r2", "{}", "b", kAnyRevision)) == Status::Done);
  CHECK(total(*database, "a") == 1);
  CHECK(total(*database, "b") == 2);
  CHECK(database->commit_now(removal("r2")).status == Status::Done);
  CHECK(database->commit_now(removal("r9")).status == Status::Done);
  CHECK(total(*database, "b") == 1);
  CHECK(total(*database, std::nullopt) == 2);
}

TEST_CASE_TEMPLATE("each batch of a group falls alone", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  constexpr int kBatches = 300;
  std::vector<std::promise<Committed>> promises(kBatches);
  for (int i = 0; i < kBatches; ++i) {
    Batch batch;
    // Every third one falls late, after its first put; every fifth one early.
    batch.puts.push_back(put("r" + std::to_string(i), "{}", "a", i % 5 == 0 ? 7 : kNew));
    if (i % 3 == 0) batch.puts.push_back(put("same", "{}"));
    batch.adjusts.push_back({"count", 1});
    database->commit(std::move(batch),
                     [&promises, i](Committed c) { promises[i].set_value(std::move(c)); });
  }
  int64_t survivors = 0;
  bool same = false;
  for (int i = 0; i < kBatches; ++i) {
    const bool falls = i % 5 == 0 || (i % 3 == 0 && same);
    same = same || (i % 3 == 0 && !falls);
    survivors += falls ? 0 : 1;
    CAPTURE(i);
    CHECK(promises[i].get_future().get().status == (falls ? Status::Conflict : Status::Done));
    CHECK(database->snapshot()->get("rooms", "r" + std::to_string(i)).has_value() == !falls);
  }
  CHECK(total(*database, "a") == survivors + 1);
  CHECK(database->snapshot()->counter("count") == survivors);
}

TEST_CASE_TEMPLATE("batches given together fall alone and are told once", Place,
                   STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("taken", "{}")) == Status::Done);
  std::vector<Batch> batches(4);
  batches[0].puts.push_back(put("r1", "{}"));
  batches[1].puts.push_back(put("taken", "{}"));
  batches[2].puts.push_back(put("\xff", "{}"));
  batches[3].puts.push_back(put("r2", "{}"));
  std::promise<std::vector<Committed>> told;
  database->commit_all(std::move(batches), [&told](std::vector<Committed> results) {
    told.set_value(std::move(results));
  });
  const std::vector<Committed> results = told.get_future().get();
  REQUIRE(results.size() == 4);
  CHECK(results[0].status == Status::Done);
  CHECK(results[1].status == Status::Conflict);
  CHECK(results[2].status == Status::Failed);
  CHECK(results[3].status == Status::Done);
  CHECK(database->snapshot()->get("rooms", "r1"));
  CHECK(database->snapshot()->get("rooms", "r2"));
}

TEST_CASE_TEMPLATE("batches of a thread commit in order", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::string id = "t" + std::to_string(t);
      for (int i = 0; i < kEach; ++i) {
        Batch batch;
        batch.puts.push_back(put(id, R"({"i":)" + std::to_string(i) + "}", "a", i));
        database->commit(std::move(batch), [&wrong](const Committed& committed) {
          if (committed.status != Status::Done) ++wrong;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(database->commit_now({}).status == Status::Done);
  CHECK(wrong == 0);
  CHECK(database->snapshot()->get("rooms", "t3")->revision == kEach);
}

TEST_CASE_TEMPLATE("closing writes what was given before", Place, STORE_TEST_PLACES) {
  const Place place;
  std::atomic<int> done = 0;
  {
    const auto database = opened(place, rooms());
    for (int i = 0; i < 1000; ++i) {
      Batch batch;
      batch.puts.push_back(put("r" + std::to_string(i), "{}"));
      database->commit(std::move(batch), [&done](const Committed&) { ++done; });
    }
  }
  CHECK(done == 1000);
  const auto database = opened(place, rooms());
  CHECK(total(*database, "a") == 1000);
  CHECK(database->snapshot()->get("rooms", "r999"));
}

TEST_CASE_TEMPLATE("clear empties everything", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  Batch batch = adjustment("k", 3);
  batch.puts.push_back(put("r1", R"({"unique_name":"x"})"));
  CHECK(database->commit_now(std::move(batch)).status == Status::Done);
  Query query;
  query.collection = "rooms";
  query.account = "a";
  query.where = {{"unique_name", Compare::Eq, {"x"}}};
  CHECK(database->snapshot()->count(query) == 1);
  CHECK(database->clear());
  CHECK(total(*database, "a") == 0);
  CHECK(database->snapshot()->count(query) == 0);
  CHECK(database->snapshot()->counter("k") == 0);
  CHECK_FALSE(database->snapshot()->get("rooms", "r1"));
  CHECK(status(*database, put("r1", R"({"unique_name":"x"})")) == Status::Done);
  CHECK(database->snapshot()->count(query) == 1);
}

TEST_CASE_TEMPLATE("a snapshot stands still", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r1", "{}")) == Status::Done);
  const auto before = database->snapshot();
  CHECK(before->get("rooms", "r1"));
  CHECK(status(*database, put("r2", "{}")) == Status::Done);
  const auto after = database->snapshot();
  CHECK(after->get("rooms", "r2"));
  CHECK_FALSE(before->get("rooms", "r2"));
  Query query;
  query.collection = "rooms";
  CHECK(before->count(query) == 1);
  CHECK(after->count(query) == 2);
  CHECK_FALSE(before->failed());
}

}  // namespace
}  // namespace tandem::store
