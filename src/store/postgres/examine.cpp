#include "store/examine.h"

#include "store/postgres/connection.h"
#include "store/postgres/schema.h"
#include "store/reading.h"

namespace tandem::store {
namespace {

constexpr int64_t kOldestServer = 120'000;  // as server_version_num says it

}  // namespace

Result<void> examine_postgres(const std::string& conninfo) {
  using postgres::Connection;
  const auto connection = Connection::open(conninfo);
  if (!connection) return tl::unexpected(connection.error());
  const auto number = [&](const std::string& sql) -> Result<int64_t> {
    const postgres::Answer answer = (*connection)->execute(sql);
    if (!answer.ok()) return fail(answer.message());
    return answer.integer(0, 0);
  };
  const auto server = number("SELECT current_setting('server_version_num')::bigint");
  if (!server) return tl::unexpected(server.error());
  if (*server < kOldestServer) return fail("the server is older than version 12");
  const auto ours = number(
      "SELECT count(*) FROM pg_tables WHERE tablename='tandem_schema' "
      "AND schemaname=current_schema()");
  if (!ours) return tl::unexpected(ours.error());
  if (*ours == 0) {
    const auto may = number("SELECT has_schema_privilege(current_schema(),'CREATE')::int");
    if (!may) return tl::unexpected(may.error());
    if (*may == 0) return fail("this user may not make tables in its schema");
    return {};
  }
  const auto version = number("SELECT coalesce(max(version),0) FROM tandem_schema");
  if (!version) return tl::unexpected(version.error());
  return refuse_newer(*version, postgres::migrations().back().version);
}

}  // namespace tandem::store
