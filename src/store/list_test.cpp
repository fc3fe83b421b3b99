#include <algorithm>

#include <doctest/doctest.h>

#include "store/testing.h"

// What lists, filters and sorts give: the same for every driver.
namespace tandem::store {
namespace {

using namespace testing;

std::vector<Collection> rooms() {
  Collection collection{"rooms", {}};
  collection.indexes.push_back({"status", Index::Kind::Text, false, false});
  collection.indexes.push_back({"price", Index::Kind::Number, false, false});
  collection.indexes.push_back({"active", Index::Kind::Text, false, false});
  collection.indexes.push_back({"phone", Index::Kind::Text, false, true});
  collection.indexes.push_back({"created_at", Index::Kind::Number, false, false});
  return {collection};
}

/// Ten rows of account "a", r0 the oldest, and one of another account. The fields in `free` are
/// those of the same name outside, but without an index.
std::unique_ptr<Database> filled(std::unique_ptr<Database> database) {
  const std::vector<std::string> bodies = {
      R"("status":"open","price":10,"active":true,"tags":["x","y"],"deep":{"name":"Anna"},"phone":"+1")",
      R"("status":"open","price":2.5,"active":false,"tags":["y"],"deep":{"name":"anna 2"})",
      R"("status":"closed","price":-3,"active":true,"tags":[],"deep":{"name":"Bert"},"phone":"+2")",
      R"("status":"closed","price":7,"active":false,"tags":["X"],"phone":"+12")",
      R"("status":"Open","price":null,"tags":"x","deep":{"name":null})",
      R"("status":null,"price":100000000000,"active":null,"tags":null)",
      R"("status":"","price":0,"tags":[1,2,true])",
      R"("status":"a%b_c","price":7.0,"tags":["1"])",
      R"("status":"\u00dcber \"q\" 'p'","price":8,"tags":{"x":"x"})",
      R"("other":1)",
  };
  std::vector<Put> puts;
  for (size_t i = 0; i < bodies.size(); ++i) {
    Put one = put("r" + std::to_string(i), "{" + bodies[i] + R"(,"free":{)" + bodies[i] + "}}");
    one.created_at = WallTime(Millis(1'700'000'000'000 + 1000 * static_cast<int64_t>(i)));
    puts.push_back(std::move(one));
  }
  puts.push_back(put("foreign", R"({"status":"open","price":10})", "b"));
  REQUIRE(commit(*database, std::move(puts)).status == Committed::Status::Done);
  return database;
}

Query all() {
  Query query;
  query.collection = "rooms";
  query.account = "a";
  query.limit = 100;
  return query;
}

Query where(Condition condition) {
  Query query = all();
  query.where.push_back(std::move(condition));
  return query;
}

/// The digits of the ids, in order: "r3","r1" as "31".
std::string ids(const Page& page) {
  std::string text;
  for (const Row& row : page.rows) text += row.id.substr(1);
  return text;
}

/// What a query finds: with its total asked for (which lets a driver read its rows in another way)
/// and without, and in pieces.
std::string found(Database& database, Query query) {
  const auto snapshot = database.snapshot();
  const Page page = snapshot->list(query);
  CHECK(snapshot->count(query) == static_cast<int64_t>(page.rows.size()));
  query.total = true;
  const Page with_total = snapshot->list(query);
  CHECK(with_total.total == static_cast<int64_t>(page.rows.size()));
  CHECK(ids(with_total) == ids(page));
  std::string pieces;
  query.limit = 1;
  for (query.offset = 0; query.offset < page.total + 12; ++query.offset) {
    pieces += ids(snapshot->list(query));
  }
  CHECK(pieces == ids(page));
  CHECK_FALSE(snapshot->failed());
  return ids(page);
}

TEST_CASE_TEMPLATE("newest first, page by page", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = filled(opened(place, rooms()));
  CHECK(found(*database, all()) == "9876543210");
  Query query = all();
  query.limit = 4;
  query.total = true;
  Page page = database->snapshot()->list(query);
  CHECK(ids(page) == "9876");
  CHECK(page.more);
  CHECK(page.total == 10);
  query.offset = 8;
  page = database->snapshot()->list(query);
  CHECK(ids(page) == "10");
  CHECK_FALSE(page.more);
  query.offset = 10;
  CHECK(database->snapshot()->list(query).rows.empty());
  query.offset = 0;
  query.limit = 0;
  page = database->snapshot()->list(query);
  CHECK(page.rows.empty());
  CHECK(page.more);
  query.account.reset();
  query.limit = 100;
  CHECK(database->snapshot()->list(query).rows.size() == 11);
}

struct Case {
  Condition condition;
  std::string expected;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {{"status", Compare::Eq, {"open"}}, "10"},
      {{"status", Compare::Eq, {""}}, "6"},
      {{"status", Compare::Eq, {"a%b_c"}}, "7"},
      {{"status", Compare::Eq, {"\u00dcber \"q\" 'p'"}}, "8"},
      {{"status", Compare::Eq, {"' OR 1=1 --"}}, ""},
      {{"status", Compare::Eq, {5.0}}, ""},
      {{"status", Compare::Ne, {"open"}}, "98765432"},
      {{"status", Compare::Gt, {"open"}}, "8"},
      {{"status", Compare::Gte, {"open"}}, "810"},
      {{"status", Compare::Lt, {"Open"}}, "6"},
      {{"status", Compare::Lte, {"Open"}}, "64"},
      {{"status", Compare::StartsWith, {"OP"}}, "410"},
      {{"status", Compare::StartsWith, {"a%"}}, "7"},
      {{"status", Compare::StartsWith, {"%"}}, ""},
      {{"phone", Compare::StartsWith, {"+1"}}, "30"},
      {{"phone", Compare::StartsWith, {"+12"}}, "3"},
      {{"phone", Compare::StartsWith, {"+"}}, "320"},
      {{"status", Compare::StartsWith, {""}}, "87643210"},
      {{"status", Compare::EndsWith, {"ED"}}, "32"},
      {{"status", Compare::EndsWith, {"xxclosed"}}, ""},
      {{"status", Compare::Contains, {"%b_"}}, "7"},
      {{"status", Compare::Contains, {"PE"}}, "410"},
      {{"status", Compare::Contains, {"\u00dcBER"}}, "8"},
      {{"status", Compare::Contains, {1.0}}, ""},
      {{"status", Compare::In, {"open", "", "nope"}}, "610"},
      {{"status", Compare::In, {"open", 5.0, true}}, "10"},
      {{"status", Compare::In, {}}, ""},
      {{"status", Compare::Eq, {}}, ""},
      {{"status", Compare::IsNull, {}}, "95"},
      {{"status", Compare::NotNull, {}}, "87643210"},
      {{"price", Compare::Eq, {7.0}}, "73"},
      {{"price", Compare::Eq, {"7"}}, ""},
      {{"price", Compare::Eq, {1e11}}, "5"},
      {{"price", Compare::Ne, {7.0}}, "98654210"},
      {{"price", Compare::Gt, {7.0}}, "850"},
      {{"price", Compare::Gte, {7.0}}, "87530"},
      {{"price", Compare::Lt, {0.0}}, "2"},
      {{"price", Compare::Lte, {2.5}}, "621"},
      {{"price", Compare::Gt, {"a"}}, ""},
      {{"price", Compare::Lt, {"zzz"}}, ""},
      {{"status", Compare::Gt, {-1e300}}, ""},
      {{"price", Compare::In, {7.0, 10.0, "8"}}, "730"},
      {{"price", Compare::IsNull, {}}, "94"},
      {{"price", Compare::NotNull, {}}, "87653210"},
      {{"price", Compare::Contains, {"7"}}, ""},
      {{"price", Compare::Gt, {1.0 / 0.0}}, ""},
      {{"active", Compare::Eq, {true}}, "20"},
      {{"active", Compare::Eq, {false}}, "31"},
      {{"active", Compare::Ne, {true}}, "98765431"},
      {{"active", Compare::In, {true, false}}, "3210"},
      {{"active", Compare::IsNull, {}}, "987654"},
      {{"tags", Compare::Has, {"x"}}, "0"},
      {{"tags", Compare::Has, {"y", "X"}}, "310"},
      {{"tags", Compare::Has, {1.0}}, "6"},
      {{"tags", Compare::Has, {"1"}}, "7"},
      {{"tags", Compare::Has, {}}, ""},
      {{"tags", Compare::IsNull, {}}, "95"},
      {{"deep.name", Compare::Eq, {"Anna"}}, "0"},
      {{"deep.name", Compare::StartsWith, {"anna"}}, "10"},
      {{"deep.name", Compare::IsNull, {}}, "9876543"},
      {{"deep.name.no", Compare::Eq, {"Anna"}}, ""},
  };
  return kCases;
}

TEST_CASE_TEMPLATE("conditions, with an index and without", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = filled(opened(place, rooms()));
  for (const Case& one : cases()) {
    CAPTURE(one.condition.path);
    CAPTURE(static_cast<int>(one.condition.compare));
    CAPTURE(one.condition.values.size());
    CAPTURE(one.expected);
    CHECK(found(*database, where(one.condition)) == one.expected);
    Condition free = one.condition;
    free.path = "free." + free.path;
    CHECK(found(*database, where(free)) == one.expected);
  }
}

TEST_CASE_TEMPLATE("conditions on id and created_at", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = filled(opened(place, rooms()));
  const std::string third = "2023-11-14T22:13:23Z";
  const std::vector<Case> on_columns = {
      {{"id", Compare::Eq, {"r4"}}, "4"},
      {{"id", Compare::Eq, {"R4"}}, ""},
      {{"id", Compare::Eq, {4.0}}, ""},
      {{"id", Compare::Ne, {"r4"}}, "987653210"},
      {{"id", Compare::In, {"r4", "r1", "zz"}}, "41"},
      {{"id", Compare::Gt, {"r6"}}, "987"},
      {{"id", Compare::Lte, {"r1"}}, "10"},
      {{"id", Compare::EndsWith, {"7"}}, "7"},
      {{"id", Compare::StartsWith, {"R"}}, "9876543210"},
      {{"id", Compare::NotNull, {}}, "9876543210"},
      {{"id", Compare::IsNull, {}}, ""},
      {{"id", Compare::Has, {"r4"}}, ""},
      {{"created_at", Compare::Eq, {third}}, "3"},
      {{"created_at", Compare::Ne, {third}}, "987654210"},
      {{"created_at", Compare::Gt, {third}}, "987654"},
      {{"created_at", Compare::Gte, {third}}, "9876543"},
      {{"created_at", Compare::Lt, {third}}, "210"},
      {{"created_at", Compare::Lte, {1'700'000'000'999.0}}, "0"},
      {{"created_at", Compare::In, {third, "soon", 1'700'000'000'000.0}}, "30"},
      {{"created_at", Compare::Gt, {"soon"}}, ""},
      {{"created_at", Compare::Gt, {true}}, ""},
      {{"created_at", Compare::Lt, {1e300}}, ""},
      {{"created_at", Compare::Contains, {"2023"}}, ""},
      {{"created_at", Compare::NotNull, {}}, "9876543210"},
      {{"created_at", Compare::IsNull, {}}, ""},
  };
  for (const Case& one : on_columns) {
    CAPTURE(one.condition.path);
    CAPTURE(static_cast<int>(one.condition.compare));
    CAPTURE(one.expected);
    CHECK(found(*database, where(one.condition)) == one.expected);
  }
}

TEST_CASE_TEMPLATE("conditions together", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = filled(opened(place, rooms()));
  Query query = where({"price", Compare::Gt, {0.0}});
  query.where.push_back({"active", Compare::Eq, {false}});
  CHECK(found(*database, query) == "31");
  query = all();
  query.any = {{{"status", Compare::Eq, {"open"}}, {"price", Compare::Eq, {7.0}}},
               {{"id", Compare::Lt, {"r3"}}, {"deep.name", Compare::IsNull, {}}}};
  CHECK(found(*database, query) == "7310");
  query.any.push_back({});
  CHECK(found(*database, query).empty());
}

TEST_CASE_TEMPLATE("orders", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = filled(opened(place, rooms()));
  const auto sorted = [&](std::vector<Order> order) {
    Query query = all();
    query.order = std::move(order);
    return found(*database, query);
  };
  CHECK(sorted({{"created_at", false}}) == "0123456789");
  CHECK(sorted({{"created_at", true}}) == "9876543210");
  CHECK(sorted({{"id", true}}) == "9876543210");
  // Nulls last both ways; equal ones in the direction of the order.
  CHECK(sorted({{"price", false}}) == "2613780549");
  CHECK(sorted({{"price", true}}) == "5087316294");
  CHECK(sorted({{"free.price", false}}) == "2613780549");
  CHECK(sorted({{"status", false}}) == "6472301859");
  CHECK(sorted({{"status", true}}) == "8103274695");
  CHECK(sorted({{"active", true}, {"price", false}}).substr(0, 4) == "2013");
  CHECK(sorted({{"status", false}, {"price", true}}).substr(0, 7) == "6473201");
  CHECK(sorted({{"no.such", false}}) == "0123456789");
  CHECK(sorted({{"bad path'", true}}) == "9876543210");
  Query query = where({"price", Compare::Gt, {0.0}});
  query.order = {{"price", false}};
  query.limit = 3;
  query.offset = 1;
  const Page page = database->snapshot()->list(query);
  CHECK(ids(page) == "378");
  CHECK(page.more);
}

TEST_CASE_TEMPLATE("filtered totals are remembered, never wrong", Place, STORE_TEST_PLACES) {
  const Place place;
  const auto database = filled(opened(place, rooms()));
  const Query query = where({"status", Compare::Eq, {"open"}});
  const auto before = database->snapshot();
  CHECK(before->count(query) == 2);
  CHECK(before->count(query) == 2);
  CHECK(status(*database, put("new", R"({"status":"open"})")) == Committed::Status::Done);
  CHECK(database->snapshot()->count(query) == 3);
  CHECK(before->count(query) == 2);
  CHECK(database->snapshot()->count(query) == 3);
  CHECK(status(*database, put("new", R"({"status":"closed"})", "a", 1)) == Committed::Status::Done);
  CHECK(database->snapshot()->count(query) == 2);
  Query everyone = query;
  everyone.account.reset();
  CHECK(database->snapshot()->count(everyone) == 3);
}

}  // namespace
}  // namespace tandem::store
