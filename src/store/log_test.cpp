#include <algorithm>
#include <future>
#include <random>

#include <doctest/doctest.h>

#include "store/limits.h"
#include "store/log_rows.h"
#include "store/testing.h"

// Logs: what is only added, listed by time and trimmed. Both databases must give the same answers,
// and the same as a plain list of all that was put.
namespace tandem::store {
namespace {

using namespace testing;
using Status = Committed::Status;

std::vector<Collection> collections() { return {{"rooms", {}}, {"visits", {}, true}}; }

Put visit(int number, int64_t created, std::string account = "a", std::string more = {}) {
  Put put;
  put.collection = "visits";
  put.id = "v" + std::to_string(number);
  put.account = std::move(account);
  put.expected = kNew;
  put.created_at = WallTime(Millis(created));
  put.body = R"({"n":)" + std::to_string(number) + R"(,"more":")" + more + "\"}";
  return put;
}

Batch batch_of(std::vector<Put> puts) {
  Batch batch;
  batch.puts = std::move(puts);
  return batch;
}

/// Commits the batches as one group.
std::vector<Committed> commit_group(Database& database, std::vector<Batch> batches) {
  std::promise<std::vector<Committed>> told;
  database.commit_all(std::move(batches), [&told](std::vector<Committed> results) {
    told.set_value(std::move(results));
  });
  return told.get_future().get();
}

Query visits(std::string account = "a") {
  Query query;
  query.collection = "visits";
  query.account = std::move(account);
  query.total = true;
  return query;
}

std::string answer(Database& database, const Query& query) {
  const auto snapshot = database.snapshot();
  const Page page = snapshot->list(query);
  std::string text;
  for (const Row& row : page.rows) text += row.id + " ";
  text += (page.more ? "more of " : "end of ") + std::to_string(page.total);
  CHECK(snapshot->count(query) == page.total);
  CHECK_FALSE(snapshot->failed());
  return text;
}

Status trim(Database& database, int64_t before, const std::string& account = "a") {
  Batch batch;
  batch.trims.push_back({"visits", account, WallTime(Millis(before))});
  return database.commit_now(std::move(batch)).status;
}

TEST_CASE_TEMPLATE("a log is listed by time, in pages, for its account", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, collections());
  CHECK(answer(*database, visits()) == "end of 0");
  std::vector<Batch> batches;
  batches.push_back(batch_of({visit(2, 2'000), visit(1, 1'000)}));  // decided in another order
  batches.push_back(batch_of({visit(9, 1'500, "b")}));
  batches.push_back(batch_of({visit(3, 3'000)}));
  for (const Committed& one : commit_group(*database, std::move(batches)))
    CHECK(one.status == Status::Done);
  CHECK(database->commit_now(batch_of({visit(4, 4'000)})).status == Status::Done);
  CHECK(answer(*database, visits()) == "v4 v3 v2 v1 end of 4");
  CHECK(answer(*database, visits("b")) == "v9 end of 1");
  CHECK(answer(*database, visits("c")) == "end of 0");
  Query query = visits();
  query.order = {{"created_at", false}};
  CHECK(answer(*database, query) == "v1 v2 v3 v4 end of 4");
  query.limit = 2;
  query.offset = 1;
  CHECK(answer(*database, query) == "v2 v3 more of 4");
  query.offset = 3;
  CHECK(answer(*database, query) == "v4 end of 4");
  query.offset = 4;
  CHECK(answer(*database, query) == "end of 4");
  query = visits();
  query.where = {{"created_at", Compare::Gt, {1'000.0}},
                 {"created_at", Compare::Lt, {"1970-01-01T00:00:04Z"}}};
  CHECK(answer(*database, query) == "v3 v2 end of 2");
  query.where = {{"n", Compare::Eq, {1.0}}};
  CHECK(answer(*database, query) == "end of 0");
  query.where = {{"created_at", Compare::Gt, {"yesterday"}}};
  CHECK(answer(*database, query) == "end of 0");
}

TEST_CASE_TEMPLATE("entries come back to the letter", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, collections());
  Put odd = visit(1, -5);
  odd.id = "1 2\n3";
  odd.body = "{\"a\":\n \"\\u0000 \xc3\xbc\"}\n";
  const std::string body = odd.body;
  CHECK(database->commit_now(batch_of({odd, visit(2, 7)})).status == Status::Done);
  const Page page = database->snapshot()->list(visits());
  REQUIRE(page.rows.size() == 2);
  CHECK(page.rows[1].id == "1 2\n3");
  CHECK(page.rows[1].body == body);
  CHECK(page.rows[1].account == "a");
  CHECK(page.rows[1].created_at == WallTime(Millis(-5)));
  CHECK(page.rows[0].id == "v2");
}

TEST_CASE_TEMPLATE("a batch that falls adds nothing to a log", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, collections());
  CHECK(status(*database, put("taken", "{}")) == Status::Done);
  std::vector<Batch> batches;
  batches.push_back(batch_of({visit(1, 1), put("r1", "{}")}));
  batches.push_back(batch_of({visit(2, 2), put("r2", "{}"), put("taken", "{}")}));
  batches.push_back(batch_of({visit(3, 3), put("taken", "{}")}));
  batches.push_back(batch_of({visit(4, 4)}));
  const auto results = commit_group(*database, std::move(batches));
  CHECK(results[0].status == Status::Done);
  CHECK(results[1].status == Status::Conflict);
  CHECK(results[2].status == Status::Conflict);
  CHECK(results[3].status == Status::Done);
  CHECK(answer(*database, visits()) == "v4 v1 end of 2");
}

TEST_CASE_TEMPLATE("a log is trimmed from its old end", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, collections());
  for (int i = 1; i <= 5; ++i) {
    CHECK(database->commit_now(batch_of({visit(i, i * 1'000)})).status == Status::Done);
  }
  CHECK(database->commit_now(batch_of({visit(9, 1, "b")})).status == Status::Done);
  CHECK(trim(*database, 3'000) == Status::Done);
  CHECK(answer(*database, visits()) == "v5 v4 v3 end of 3");
  CHECK(trim(*database, 3'000) == Status::Done);
  CHECK(trim(*database, 9'000, "nobody") == Status::Done);
  CHECK(answer(*database, visits()) == "v5 v4 v3 end of 3");
  CHECK(answer(*database, visits("b")) == "v9 end of 1");
  CHECK(trim(*database, 9'000) == Status::Done);
  CHECK(answer(*database, visits()) == "end of 0");
  CHECK(database->commit_now(batch_of({visit(6, 6'000)})).status == Status::Done);
  CHECK(database->clear());
  CHECK(answer(*database, visits()) == "end of 0");
  CHECK(answer(*database, visits("b")) == "end of 0");
}

TEST_CASE("a row of a log is closed when it is large or spans too much time") {
  LogRows rows;
  std::vector<Put> puts;
  const std::string large(kMaxLogRowBytes / 3, 'x');
  for (int i = 0; i < 4; ++i) puts.push_back(visit(i, 0, "a", large));
  puts.push_back(visit(5, Millis(kMaxLogRowSpan).count()));
  for (const Put& put : puts) rows.add(put);
  rows.keep_batch();
  const auto made = rows.rows();
  REQUIRE(made.size() == 1);
  const auto& list = made.begin()->second;
  REQUIRE(list.size() == 3);
  CHECK(list[0].entries == 2);
  CHECK(list[1].entries == 2);
  CHECK(list[2].entries == 1);
  CHECK(entries_of(list[1]).back().body == puts[3].body);
}

/// What a log must answer: everything that was put, in the order of the rows that keep it.
std::string expected(std::vector<std::vector<Put>> groups, const Query& query, int64_t from,
                     int64_t to) {
  for (auto& group : groups) {
    std::stable_sort(group.begin(), group.end(), [](const Put& one, const Put& other) {
      return one.created_at < other.created_at;
    });
  }
  std::stable_sort(groups.begin(), groups.end(), [](const auto& one, const auto& other) {
    return one.back().created_at < other.back().created_at;
  });
  std::vector<std::string> ids;
  for (const auto& group : groups) {
    for (const Put& put : group) {
      const int64_t created = put.created_at.time_since_epoch().count();
      if (created >= from && created <= to) ids.push_back(put.id);
    }
  }
  if (query.order.empty()) std::reverse(ids.begin(), ids.end());
  std::string text;
  const size_t end = std::min(ids.size(), static_cast<size_t>(query.offset + query.limit));
  for (auto i = static_cast<size_t>(query.offset); i < end; ++i) text += ids[i] + " ";
  return text + (end < ids.size() ? "more of " : "end of ") + std::to_string(ids.size());
}

TEST_CASE("both databases answer questions about a log alike, and rightly") {
  const uint32_t seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&random](int bound) {
    return static_cast<int>(random() % static_cast<uint32_t>(bound));
  };
  const SqlitePlace embedded;
  const PostgresPlace server;
  const auto first = opened(embedded, collections());
  const auto second = opened(server, collections());
  std::vector<std::vector<Put>> groups;
  int64_t now = 100'000;
  for (int group = 0, number = 0; group < 700; ++group) {
    std::vector<Put> puts;
    now += below(40);
    for (int i = 1 + below(4); i > 0; --i) puts.push_back(visit(++number, now - below(60)));
    REQUIRE(first->commit_now(batch_of(puts)).status == Status::Done);
    REQUIRE(second->commit_now(batch_of(puts)).status == Status::Done);
    groups.push_back(std::move(puts));
  }
  const auto span = static_cast<int>(now - 100'000);
  for (int question = 0; question < 150; ++question) {
    Query query = visits();
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    if (below(2) == 0) {
      from = 100'000 + below(span);
      query.where.push_back({"created_at", Compare::Gte, {static_cast<double>(from)}});
    }
    if (below(2) == 0) {
      to = 100'000 + below(span) - 1;
      query.where.push_back({"created_at", Compare::Lt, {static_cast<double>(to + 1)}});
    }
    if (below(2) == 0) query.order = {{"created_at", false}};
    query.limit = 1 + below(60);
    query.offset = below(3) == 0 ? below(2'000) : 0;
    CAPTURE(from);
    CAPTURE(to);
    const std::string right = expected(groups, query, from, to);
    CHECK(answer(*first, query) == right);
    CHECK(answer(*second, query) == right);
  }
}

TEST_CASE_TEMPLATE("documents of before become entries", Place, STORE_TEST_PLACES) {
  const Place place;
  const std::string body = R"({"a":"\u0000ü"})";
  {
    const auto database = opened(place, {{"rooms", {}}, {"visits", {{"n"}}}});
    Put old = visit(1, 1'000);
    old.body = body;
    CHECK(database->commit_now(batch_of({old, visit(2, 2'000), visit(3, 2'000, "b")})).status ==
          Status::Done);
  }
  for (int start = 0; start < 2; ++start) {
    const auto database = opened(place, collections());
    CHECK(answer(*database, visits()) == "v2 v1 end of 2");
    CHECK(answer(*database, visits("b")) == "v3 end of 1");
    CHECK(database->snapshot()->list(visits()).rows[1].body == body);
  }
  const auto database = opened(place, collections());
  CHECK(database->commit_now(batch_of({visit(4, 4'000)})).status == Status::Done);
  CHECK(answer(*database, visits()) == "v4 v2 v1 end of 3");
}

}  // namespace
}  // namespace tandem::store
