#include "store/examine.h"

#include "store/reading.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"

namespace tandem::store {

Result<void> examine_sqlite(const std::string& path) {
  using sqlite::Connection;
  const auto connection = Connection::open(path, Connection::Mode::Reader);
  if (!connection) return tl::unexpected(connection.error());
  const auto number = [&](std::string_view sql) -> Result<int64_t> {
    sqlite::Statement statement = (*connection)->prepare(sql);
    if (!statement.row()) return fail(path + ": " + (*connection)->message());
    return statement.integer(0);
  };
  const auto ours = number("SELECT count(*) FROM sqlite_schema WHERE name='tandem_schema'");
  if (!ours) return tl::unexpected(ours.error());
  if (*ours == 0) return {};  // nothing in it yet
  const auto version = number("SELECT coalesce(max(version),0) FROM tandem_schema");
  if (!version) return tl::unexpected(version.error());
  return refuse_newer(*version, sqlite::migrations().back().version);
}

}  // namespace tandem::store
