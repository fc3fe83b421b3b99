#include <condition_variable>

#include <doctest/doctest.h>

#include "store/limits.h"
#include "store/testing.h"

// Input that somebody made to hurt: the same answers from every driver.
namespace tandem::store {
namespace {

using namespace testing;
using Status = Committed::Status;

std::vector<Collection> rooms() {
  Collection collection{"rooms", {}};
  collection.indexes.push_back({"name", Index::Kind::Text, true, false});
  collection.indexes.push_back({"n", Index::Kind::Number, false, true});
  return {collection};
}

const std::vector<std::string>& strange_texts() {
  static const std::vector<std::string> kTexts = {"'",
                                                  "\"",
                                                  "\\",
                                                  "''; DROP TABLE c_rooms; --",
                                                  "a'b\"c\\d",
                                                  "%_*?",
                                                  " ",
                                                  "\n\r\t\x01\x7f",
                                                  "\xc3\x9c",
                                                  "\xf0\x9f\x98\x80",
                                                  "$1",
                                                  "{\"a\":1}",
                                                  "{a,\"b\",NULL}",
                                                  "NULL",
                                                  "1e5",
                                                  std::string(kMaxKeyBytes, 'x')};
  return kTexts;
}

std::string quoted(const std::string& text) {
  std::string body = "{\"name\":\"";
  for (const char c : text) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned char>(c));
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    plain ? void(body += c) : void(body += escaped);
  }
  return body + "\"}";
}

TEST_CASE_TEMPLATE("strange texts are texts", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  for (const std::string& text : strange_texts()) {
    CAPTURE(text);
    Batch batch;
    batch.puts.push_back(put(text, quoted(text), text));
    batch.adjusts.push_back({text, 7});
    CHECK(database->commit_now(std::move(batch)).status == Status::Done);
    const auto snapshot = database->snapshot();
    const auto row = snapshot->get("rooms", text);
    REQUIRE(row);
    CHECK(row->id == text);
    CHECK(row->account == text);
    CHECK(row->body == quoted(text));
    CHECK(snapshot->counter(text) == 7);
    const auto same = snapshot->find("rooms", text, "name", text);
    REQUIRE(same);
    CHECK(same->id == text);
    Query query;
    query.collection = "rooms";
    for (const Compare compare : {Compare::Eq, Compare::In, Compare::Contains}) {
      query.where = {{"name", compare, {text}}, {"id", compare, {text}}};
      CHECK(snapshot->count(query) >= 1);
    }
    CHECK_FALSE(snapshot->failed());
  }
  const Committed twice = commit(*database, {put("again", quoted("'"), "'")});
  CHECK(twice.status == Status::Duplicate);
  CHECK(twice.what == "rooms.name");
}

TEST_CASE_TEMPLATE("malformed keys and bodies are refused", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  const std::vector<std::string> malformed = {std::string("a\0b", 3),
                                              "\xff",
                                              "\xc0\xaf",
                                              "\xed\xa0\x80",
                                              "\xf5\x80\x80\x80",
                                              "\xe2\x82",
                                              std::string(kMaxKeyBytes + 1, 'x')};
  for (const std::string& key : malformed) {
    CAPTURE(key);
    CHECK(status(*database, put(key, "{}")) == Status::Failed);
    CHECK(status(*database, put("id", "{}", key)) == Status::Failed);
    Batch batch;
    batch.removes.push_back({"rooms", key});
    CHECK(database->commit_now(std::move(batch)).status == Status::Failed);
    batch = {};
    batch.adjusts.push_back({key, 1});
    CHECK(database->commit_now(std::move(batch)).status == Status::Failed);
    const auto snapshot = database->snapshot();
    CHECK_FALSE(snapshot->get("rooms", key));
    CHECK_FALSE(snapshot->find("rooms", "a", "name", key));
    CHECK_FALSE(snapshot->find("rooms", key, "name", "x"));
    CHECK_FALSE(snapshot->find("rooms", std::nullopt, "n", key));
    CHECK(snapshot->counter(key) == 0);
    CHECK_FALSE(snapshot->failed());
  }
  CHECK(status(*database, put("", "{}")) == Status::Failed);
  for (const char* body : {"", "{", "nope", "{} {}", "{\"a\":\xff}"}) {
    CAPTURE(body);
    CHECK(status(*database, put("id", body)) == Status::Failed);
  }
  CHECK_FALSE(database->snapshot()->get("rooms", "id"));
}

TEST_CASE_TEMPLATE("a failed batch leaves its neighbours alone", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  constexpr int kBatches = 100;
  std::vector<std::promise<Status>> results(kBatches);
  for (int i = 0; i < kBatches; ++i) {
    Batch batch;
    batch.puts.push_back(put("r" + std::to_string(i), "{}"));
    if (i % 2 == 1) batch.puts.push_back(put("s" + std::to_string(i), "{broken"));
    database->commit(std::move(batch), [&results, i](const Committed& committed) {
      results[i].set_value(committed.status);
    });
  }
  for (int i = 0; i < kBatches; ++i) {
    CHECK(results[i].get_future().get() == (i % 2 == 1 ? Status::Failed : Status::Done));
  }
  Query query;
  query.collection = "rooms";
  CHECK(database->snapshot()->count(query) == kBatches / 2);
}

TEST_CASE_TEMPLATE("paths that are none find nothing", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r", R"({"name":"x","":"x","a'b":"x","a b":"x"})")) == Status::Done);
  const std::vector<std::string> paths = {"",
                                          ".",
                                          "a..b",
                                          ".a",
                                          "a.",
                                          "a'b",
                                          "a b",
                                          "a\"b",
                                          "$",
                                          "a[0]",
                                          "a;b",
                                          "x')--",
                                          "\xc3\x9c",
                                          "a/b",
                                          std::string("n\0", 2),
                                          std::string(kMaxPathBytes + 1, 'p')};
  for (const std::string& path : paths) {
    CAPTURE(path);
    Query query;
    query.collection = "rooms";
    query.account = "a";
    query.order = {{path, false}};
    CHECK(database->snapshot()->list(query).rows.size() == 1);
    for (const Compare compare : {Compare::Eq, Compare::Ne, Compare::Contains, Compare::In,
                                  Compare::Has, Compare::IsNull, Compare::NotNull, Compare::Gt}) {
      query.where = {{path, compare, {"x"}}};
      const auto snapshot = database->snapshot();
      CHECK(snapshot->list(query).rows.empty());
      CHECK_FALSE(snapshot->failed());
    }
  }
}

TEST_CASE_TEMPLATE("values that no field can have", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r", R"({"name":"x"})")) == Status::Done);
  Query query;
  query.collection = "rooms";
  for (const std::string& value : {std::string("x\0y", 3), std::string("\xff")}) {
    for (const Compare compare : {Compare::Eq, Compare::Contains, Compare::In, Compare::Gt}) {
      for (const char* path : {"name", "other", "id", "created_at"}) {
        query.where = {{path, compare, {value}}};
        CHECK(database->snapshot()->count(query) == 0);
      }
    }
    query.where = {{"name", Compare::Ne, {value}}, {"id", Compare::Ne, {value}}};
    CHECK(database->snapshot()->count(query) == 1);
    query.where.clear();
    query.account = value;
    CHECK(database->snapshot()->list(query).rows.empty());
    CHECK(database->snapshot()->count(query) == 0);
    query.account.reset();
  }
  query.where = {{"name", Compare::In, std::vector<Scalar>(5'000, std::string("x"))}};
  for (int i = 0; i < 5'000; ++i) query.where[0].values.emplace_back("v" + std::to_string(i));
  const auto snapshot = database->snapshot();
  CHECK(snapshot->count(query) == 1);
  CHECK(snapshot->list(query).rows.size() == 1);
  CHECK_FALSE(snapshot->failed());
}

TEST_CASE_TEMPLATE("windows beyond all bounds", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  CHECK(status(*database, put("r", "{}")) == Status::Done);
  Query query;
  query.collection = "rooms";
  query.limit = INT64_MAX;
  CHECK(database->snapshot()->list(query).rows.size() == 1);
  query.offset = INT64_MAX;
  CHECK(database->snapshot()->list(query).rows.empty());
  query.offset = -5;
  CHECK(database->snapshot()->list(query).rows.size() == 1);
  query.limit = -5;
  CHECK(database->snapshot()->list(query).rows.empty());
}

TEST_CASE_TEMPLATE("long and deep documents", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  const std::string long_name(100'000, 'n');
  CHECK(status(*database, put("long", R"({"name":")" + long_name + R"("})")) == Status::Done);
  CHECK(database->snapshot()->find("rooms", "a", "name", long_name)->id == "long");
  CHECK_FALSE(database->snapshot()->find("rooms", "a", "name", long_name + "n"));
  std::string deep = "1";
  for (int i = 0; i < 60; ++i) deep = R"({"a":[)" + deep + "]}";
  CHECK(status(*database, put("deep", deep)) == Status::Done);
  CHECK(database->snapshot()->get("rooms", "deep")->body == deep);
}

TEST_CASE_TEMPLATE("characters that SQL does not like inside documents", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  const std::vector<std::string> bodies = {
      R"({"name":"a\u0000b","x":"y"})", R"({"name":"\\u0000","x":"y"})",
      R"({"\u0000":"\u0000","x":"y"})", R"({"name":"\ud83d\ude00 \\\u0000","x":"y"})"};
  for (size_t i = 0; i < bodies.size(); ++i) {
    CAPTURE(bodies[i]);
    const std::string id = "r" + std::to_string(i);
    CHECK(status(*database, put(id, bodies[i])) == Status::Done);
    CHECK(database->snapshot()->get("rooms", id)->body == bodies[i]);
  }
  Query query;
  query.collection = "rooms";
  query.where = {{"x", Compare::Eq, {"y"}}};
  const auto snapshot = database->snapshot();
  CHECK(snapshot->count(query) == static_cast<int64_t>(bodies.size()));
  CHECK(snapshot->find("rooms", "a", "name", "\\u0000")->id == "r1");
  CHECK_FALSE(snapshot->failed());
}

TEST_CASE_TEMPLATE("too many waiting batches are refused", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = opened(place, rooms());
  // The first answer holds the writer up until all others were given.
  std::promise<void> held;
  std::promise<void> release;
  auto released = release.get_future().share();
  database->commit({}, [&held, released](const Committed&) {
    held.set_value();
    released.wait();
  });
  held.get_future().wait();
  size_t refused = 0;
  std::atomic<size_t> done = 0;
  for (size_t i = 0; i < kMaxQueuedBatches + 10; ++i) {
    database->commit({}, [&](const Committed& committed) {
      if (committed.status == Status::Done) {
        ++done;
      } else {
        CHECK(committed.what == "overloaded");
        ++refused;
      }
    });
  }
  CHECK(refused == 10);
  CHECK(done == 0);
  release.set_value();
  CHECK(database->clear());  // waits for what was given before
  CHECK(done == kMaxQueuedBatches);
}

}  // namespace
}  // namespace tandem::store
