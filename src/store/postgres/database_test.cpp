#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "store/postgres/connection.h"
#include "store/postgres/key.h"
#include "store/postgres/schema.h"
#include "store/testing.h"

// What only a database server can do to us.
namespace tandem::store::postgres {
namespace {

using store::testing::opened;
using store::testing::PostgresPlace;
using store::testing::put;
using store::testing::status;
using Status = Committed::Status;

std::unique_ptr<Connection> connect(const PostgresPlace& place) {
  auto connection = Connection::open(place.conninfo());
  REQUIRE(connection);
  return std::move(*connection);
}

/// Gives how many there were.
int cut_all_others(const PostgresPlace& place) {
  const Answer cut = connect(place)->execute(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
      " WHERE datname=current_database() AND pid<>pg_backend_pid()");
  REQUIRE(cut.ok());
  return cut.rows();
}

int64_t number(const PostgresPlace& place, const std::string& sql) {
  const Answer answer = connect(place)->execute(sql);
  REQUIRE(answer.ok());
  return answer.integer(0, 0);
}

TEST_CASE("lost connections are made again") {
  const PostgresPlace place;
  const auto database = opened(place, {{"rooms", {}}});
  CHECK(status(*database, put("r1", "{}")) == Status::Done);
  CHECK(database->snapshot()->get("rooms", "r1"));
  for (int round = 0; round < 3; ++round) {
    CHECK(cut_all_others(place) == 2);
    CHECK(database->snapshot()->get("rooms", "r1"));
    CHECK(status(*database, put("s" + std::to_string(round), "{}")) == Status::Done);
  }
}

TEST_CASE("a snapshot that loses its connection says so") {
  const PostgresPlace place;
  const auto database = opened(place, {{"rooms", {}}});
  CHECK(status(*database, put("r1", "{}")) == Status::Done);
  {
    const auto snapshot = database->snapshot();
    CHECK(snapshot->get("rooms", "r1"));
    CHECK(cut_all_others(place) == 2);
    CHECK_FALSE(snapshot->get("rooms", "r1"));
    CHECK(snapshot->failed());
    CHECK(snapshot->counter("k") == 0);
  }
  CHECK(database->snapshot()->get("rooms", "r1"));
}

TEST_CASE("cut in the middle of many commits, each batch is there once or not at all") {
  const PostgresPlace place;
  const auto database = opened(place, {{"rooms", {}}});
  constexpr int kBatches = 2'000;
  std::atomic<int> done = 0;
  std::vector<std::promise<Status>> results(kBatches);
  std::thread cutter([&] {
    for (int cuts = 1; cuts <= 4; ++cuts) {
      for (int n = done; n < cuts * kBatches / 6; n = done) done.wait(n);
      cut_all_others(place);
    }
  });
  for (int i = 0; i < kBatches; ++i) {
    Batch batch;
    batch.puts.push_back(put("r" + std::to_string(i), "{}"));
    batch.adjusts.push_back({"count", 1});
    database->commit(std::move(batch), [&, i](const Committed& committed) {
      ++done;
      done.notify_one();
      results[i].set_value(committed.status);
    });
  }
  std::vector<Status> statuses;
  for (auto& result : results) statuses.push_back(result.get_future().get());
  cutter.join();
  int64_t kept = 0;
  for (int i = 0; i < kBatches; ++i) {
    const bool there = statuses[static_cast<size_t>(i)] == Status::Done;
    kept += there ? 1 : 0;
    CHECK(database->snapshot()->get("rooms", "r" + std::to_string(i)).has_value() == there);
  }
  Query query;
  query.collection = "rooms";
  CHECK(kept == kBatches);
  CHECK(database->snapshot()->count(query) == kept);
  CHECK(database->snapshot()->counter("count") == kept);
}

TEST_CASE("two nodes on one database") {
  const PostgresPlace place;
  std::vector<std::unique_ptr<Database>> nodes;
  nodes.push_back(opened(place, {{"rooms", {}}}));
  nodes.push_back(opened(place, {{"rooms", {}}}));
  constexpr int kEach = 300;
  std::atomic<int> done = 0;
  std::atomic<int> conflicts = 0;
  for (int i = 0; i < kEach; ++i) {
    for (size_t node = 0; node < nodes.size(); ++node) {
      // Opposite orders: locks that cross.
      Batch batch;
      const std::string first = node == 0 ? "x" : "y";
      batch.puts.push_back(put("r" + std::to_string(i), "{}", "a", kNew));
      batch.puts.push_back(put(first, "{}", "a", kAnyRevision));
      batch.puts.push_back(put(first == "x" ? "y" : "x", "{}", "a", kAnyRevision));
      batch.adjusts.push_back({first, 1});
      batch.adjusts.push_back({first == "x" ? "y" : "x", 1});
      nodes[node]->commit(std::move(batch), [&](const Committed& committed) {
        if (committed.status == Status::Done) ++done;
        if (committed.status == Status::Conflict) ++conflicts;
      });
    }
  }
  for (const auto& node : nodes) CHECK(node->commit_now({}).status == Status::Done);
  CHECK(done == kEach);
  CHECK(conflicts == kEach);
}

TEST_CASE("data of a newer version is refused") {
  const PostgresPlace place;
  opened(place, {{"rooms", {}}});
  CHECK(connect(place)->execute("INSERT INTO tandem_schema VALUES(99)").ok());
  const auto result = place.database()->open({{"rooms", {}}});
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find("newer version") != std::string::npos);
}

TEST_CASE("migrations run once, in order, and all or nothing") {
  const PostgresPlace place;
  const auto connection = connect(place);
  constexpr Migration kFirst{1, "CREATE TABLE t(a bigint); INSERT INTO t VALUES(1);"};
  constexpr Migration kSecond{2, "UPDATE t SET a=a*10; INSERT INTO t VALUES(2);"};
  const Migration one[] = {kFirst};
  const Migration two[] = {kFirst, kSecond};
  const Migration broken[] = {
      kFirst, kSecond, {3, "UPDATE t SET a=0; INSERT INTO nowhere VALUES(1)"}};
  CHECK(migrate(*connection, one));
  CHECK(migrate(*connection, two));
  CHECK(migrate(*connection, two));
  CHECK_FALSE(migrate(*connection, broken));
  CHECK(number(place, "SELECT sum(a)::bigint FROM t") == 12);
  CHECK(number(place, "SELECT max(version) FROM tandem_schema") == 2);
}

TEST_CASE("collections and indexes can be declared later, changed and dropped") {
  const PostgresPlace place;
  CHECK(status(*opened(place, {{"rooms", {}}}), put("r", R"({"name":"x"})")) == Status::Done);
  Index index{"name", Index::Kind::Text, false, false};
  {
    const auto database = opened(place, {{"rooms", {index}}, {"events", {}}});
    CHECK(database->snapshot()->find("rooms", "a", "name", "x")->id == "r");
    CHECK(status(*database, put("s", R"({"name":"x"})")) == Status::Done);
  }
  index.unique = true;
  CHECK_FALSE(place.database()->open({{"rooms", {index}}}));
  const std::string indexes =
      "SELECT count(*) FROM pg_indexes WHERE schemaname='public' AND indexname LIKE '%/%'"
      " AND indexname NOT LIKE '%/id'";
  CHECK(number(place, indexes) == 3);
  opened(place, {{"rooms", {}}});
  CHECK(number(place, indexes) == 2);
}

TEST_CASE("long names") {
  const PostgresPlace place;
  const std::string collection(48, 'c');
  Index first{std::string(60, 'p') + "1", Index::Kind::Text, true, true};
  Index second{std::string(60, 'p') + "2", Index::Kind::Text, true, true};
  for (int round = 0; round < 2; ++round) {
    const auto database = opened(place, {{collection, {first, second}}});
    Batch batch;
    batch.puts.push_back(put("r" + std::to_string(round), "{\"" + second.path + "\":\"x\"}"));
    batch.puts.front().collection = collection;
    const Committed committed = database->commit_now(std::move(batch));
    CHECK(committed.status == (round == 0 ? Status::Done : Status::Duplicate));
    CHECK(committed.what == (round == 0 ? "" : collection + "." + second.path));
  }
}

TEST_CASE("a server that does not answer counts as lost") {
  const PostgresPlace place;
  const auto connection = connect(place);
  CHECK(connection->run("SELECT 1", {}).ok());
  connection->set_patience(std::chrono::milliseconds(50));
  CHECK_FALSE(connection->execute("SELECT pg_sleep(60)").ok());
  CHECK(connection->lost());
}

TEST_CASE("a server that is not there") {
  const auto result = open_postgres("host=/nowhere dbname=x")->open({});
  REQUIRE_FALSE(result);
  CHECK_FALSE(result.error().what.empty());
}

TEST_CASE("escapes that PostgreSQL cannot take") {
  const auto replaced = [](std::string_view json) {
    std::string out;
    return needs_replacement(json, out) ? out : std::string("same");
  };
  CHECK(replaced(R"({"a":"b\n\u00e9\\"})") == "same");
  CHECK(replaced(R"("\\u0000")") == "same");
  CHECK(replaced(R"("\ud83d\ude00")") == "same");
  CHECK(replaced(R"("\u0000")") == R"("\ufffd")");
  CHECK(replaced(R"("\\\u0000x\u0000")") == R"("\\\ufffdx\ufffd")");
  CHECK(replaced(R"("\ud83d")") == R"("\ufffd")");
  CHECK(replaced(R"("\uDE00\ud83d\ude00")") == R"("\ufffd\ud83d\ude00")");
  CHECK(replaced(R"("\ud83d\ud83d\ude00")") == R"("\ufffd\ud83d\ude00")");
  CHECK(replaced(R"("\ud83d\u0041")") == R"("\ufffd\u0041")");
  CHECK(replaced("\"\\") == "same");
  CHECK(replaced("\"\\u00") == "same");
}

}  // namespace
}  // namespace tandem::store::postgres
