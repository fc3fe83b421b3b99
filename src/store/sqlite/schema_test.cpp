#include "store/sqlite/schema.h"

#include <doctest/doctest.h>

#include "store/testing.h"

namespace tandem::store::sqlite {
namespace {

using store::testing::opened;
using store::testing::put;
using store::testing::SqlitePlace;
using store::testing::status;
using store::testing::TemporaryDirectory;
using Status = Committed::Status;

std::unique_ptr<Connection> connect(const std::string& path) {
  auto connection = Connection::open(path, Connection::Mode::Writer);
  REQUIRE(connection);
  return std::move(*connection);
}

int64_t number(Connection& connection, const std::string& sql) {
  Statement select = connection.prepare(sql);
  return select.row() ? select.integer(0) : -1;
}

constexpr Migration kFirst{1, "CREATE TABLE t(a); INSERT INTO t VALUES(1);"};
constexpr Migration kSecond{2, "UPDATE t SET a=a*10; INSERT INTO t VALUES(2);"};
constexpr Migration kBroken{3, "UPDATE t SET a=0; INSERT INTO nowhere VALUES(1);"};

TEST_CASE("migrations run once and in order") {
  const TemporaryDirectory directory;
  const auto connection = connect(directory.path("m.db"));
  const Migration one[] = {kFirst};
  const Migration two[] = {kFirst, kSecond};
  CHECK(migrate(*connection, one));
  CHECK(migrate(*connection, one));
  CHECK(number(*connection, "SELECT sum(a) FROM t") == 1);
  CHECK(migrate(*connection, two));
  CHECK(migrate(*connection, two));
  CHECK(number(*connection, "SELECT sum(a) FROM t") == 12);
  CHECK(number(*connection, "SELECT max(version) FROM tandem_schema") == 2);
}

TEST_CASE("a migration that fails changes nothing") {
  const TemporaryDirectory directory;
  const auto connection = connect(directory.path("m.db"));
  const Migration steps[] = {kFirst, kSecond, kBroken};
  const auto result = migrate(*connection, steps);
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find("migration 3") == 0);
  CHECK(number(*connection, "SELECT sum(a) FROM t") == 12);
  CHECK(number(*connection, "SELECT max(version) FROM tandem_schema") == 2);
}

TEST_CASE("data of a newer version is refused") {
  const SqlitePlace place;
  CHECK(status(*opened(place, {{"rooms", {}}}), put("r", "{}")) == Status::Done);
  CHECK(connect(place.path())->execute("INSERT INTO tandem_schema VALUES(99,'')"));
  const auto database = place.database();
  const auto result = database->open({{"rooms", {}}});
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find("newer version") != std::string::npos);
}

TEST_CASE("collections and indexes can be declared later, changed and dropped") {
  const SqlitePlace place;
  CHECK(status(*opened(place, {{"rooms", {}}}), put("r", R"({"name":"x"})")) == Status::Done);
  Index index{"name", Index::Kind::Text, false, false};
  {
    const auto database = opened(place, {{"rooms", {index}}, {"events", {}}});
    CHECK(database->snapshot()->find("rooms", "a", "name", "x")->id == "r");
    CHECK_FALSE(database->snapshot()->get("events", "r"));
    CHECK(status(*database, put("s", R"({"name":"x"})")) == Status::Done);
  }
  index.unique = true;
  const auto database = place.database();
  const auto refused = database->open({{"rooms", {index}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("rooms/name/unique") != std::string::npos);
  const auto indexes = [&place] {
    return number(*connect(place.path()),
                  "SELECT count(*) FROM sqlite_schema WHERE type='index' AND sql IS NOT NULL");
  };
  CHECK(indexes() == 3);  // two base indexes and the name
  opened(place, {{"rooms", {}}});
  CHECK(indexes() == 2);
}

TEST_CASE("declarations that cannot be") {
  const auto refused = [](std::vector<Collection> collections) {
    const SqlitePlace place;
    const auto result = place.database()->open(std::move(collections));
    return !result;
  };
  CHECK(refused({{"", {}}}));
  CHECK(refused({{"Rooms", {}}}));
  CHECK(refused({{"a\"b", {}}}));
  CHECK(refused({{std::string(49, 'a'), {}}}));
  CHECK(refused({{"rooms", {}}, {"rooms", {}}}));
  CHECK(refused({{"rooms", {{"a'b"}}}}));
  CHECK(refused({{"rooms", {{"id"}}}}));
  CHECK(refused({{"rooms", {{"a"}, {"A"}}}}));
  CHECK(refused({{"rooms", {{"a"}}, true}}));
  CHECK_FALSE(refused({{std::string(48, 'a'), {{"a"}}}}));
}

TEST_CASE("what is no database is refused") {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path("data.db"));
  CHECK_FALSE(open_sqlite(directory.path("data.db"))->open({}));
  CHECK_FALSE(open_sqlite("/dev/null/data.db")->open({}));
}

}  // namespace
}  // namespace tandem::store::sqlite
