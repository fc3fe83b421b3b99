#include "store/examine.h"

#include <fstream>

#include <doctest/doctest.h>

#include "store/sqlite/connection.h"
#include "store/testing.h"

namespace tandem::store {
namespace {

using testing::opened;
using testing::PostgresPlace;
using testing::SqlitePlace;
using testing::TemporaryDirectory;

TEST_CASE("a file can be used, or it is said why not") {
  const SqlitePlace place;
  opened(place, {{"rooms", {}}});
  CHECK(examine_sqlite(place.path()));
  const TemporaryDirectory directory;
  CHECK_FALSE(examine_sqlite(directory.path("nothing.db")));
  std::ofstream(directory.path("text.db")) << std::string(8192, 'x');
  const auto text = examine_sqlite(directory.path("text.db"));
  REQUIRE_FALSE(text);
  CHECK(text.error().what.find("not a database") != std::string::npos);
  auto connection = sqlite::Connection::open(place.path(), sqlite::Connection::Mode::Writer);
  REQUIRE(connection);
  REQUIRE((*connection)->execute("INSERT INTO tandem_schema VALUES(99,'')"));
  const auto newer = examine_sqlite(place.path());
  REQUIRE_FALSE(newer);
  CHECK(newer.error().what.find("newer version") != std::string::npos);
}

TEST_CASE("a server can be used, or it is said why not, and nothing is made on it") {
  const PostgresPlace place;
  CHECK(examine_postgres(place.conninfo()));
  CHECK(opened(place, {{"rooms", {}}}));  // finds an empty database
  CHECK(examine_postgres(place.conninfo()));
  CHECK_FALSE(examine_postgres(place.conninfo() + " user=nobody_of_ours"));
  CHECK_FALSE(examine_postgres("host=127.0.0.1 port=1"));
}

}  // namespace
}  // namespace tandem::store
