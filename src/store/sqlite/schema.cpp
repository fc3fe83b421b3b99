#include "store/sqlite/schema.h"

#include <map>
#include <string>

#include "store/reading.h"
#include "store/sqlite/query.h"

namespace tandem::store::sqlite {
namespace {

// totals: documents of an account in a collection; `changes` grows with each transaction that
// touches them. sequences: the last one given out, so that none is given twice.
constexpr Migration kMigrations[] = {
    {1,
     "CREATE TABLE tandem_totals("
     "  collection TEXT NOT NULL, account TEXT NOT NULL,"
     "  total INTEGER NOT NULL, changes INTEGER NOT NULL,"
     "  PRIMARY KEY(collection, account)) WITHOUT ROWID;"
     "CREATE TABLE tandem_sequences("
     "  collection TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;"
     "CREATE TABLE tandem_counters("
     "  key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"},
};

/// One transaction around `work`; undone when that fails.
template <class Work>
Result<void> in_transaction(Connection& connection, Work work) {
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return begun;
  Result<void> result = work();
  if (result) result = connection.execute("COMMIT");
  if (!result && connection.in_transaction()) (void)connection.execute("ROLLBACK");
  return result;
}

Result<int64_t> version_of(Connection& connection) {
  auto made = connection.execute(
      "CREATE TABLE IF NOT EXISTS tandem_schema(version INTEGER PRIMARY KEY, applied_at TEXT)");
  if (!made) return tl::unexpected(made.error());
  Statement newest = connection.prepare("SELECT coalesce(max(version),0) FROM tandem_schema");
  if (!newest.row()) return fail(connection.message());
  return newest.integer(0);
}

Result<void> apply(Connection& connection, const Migration& step) {
  if (auto done = connection.execute(step.sql); !done) return done;
  return connection.execute("INSERT INTO tandem_schema VALUES(" + std::to_string(step.version) +
                            ",strftime('%Y-%m-%dT%H:%M:%SZ'))");
}

std::string create_table(const CollectionLayout& collection) {
  if (collection.log) {
    return "CREATE TABLE IF NOT EXISTS \"" + collection.table +
           "\"(sequence INTEGER PRIMARY KEY, account TEXT NOT NULL, first INTEGER NOT NULL,"
           " last INTEGER NOT NULL, entries INTEGER NOT NULL, body TEXT NOT NULL)";
  }
  return "CREATE TABLE IF NOT EXISTS \"" + collection.table +
         "\"(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,"
         " revision INTEGER NOT NULL, created_at INTEGER NOT NULL,"
         " body TEXT NOT NULL)";
}

/// Statements by index name. SQLite keeps them to the letter, so that a changed one shows.
using Indexes = std::map<std::string, std::string>;

std::string create_index(const CollectionLayout& collection, const IndexLayout& index) {
  // Null values are all different to a unique index.
  std::string sql = index.unique ? "CREATE UNIQUE INDEX" : "CREATE INDEX";
  sql += " \"" + index.name + "\" ON \"" + collection.table + "\"(";
  sql += (index.by_account ? "account," : "") + field_expression(index.path);
  sql += index.by_account && !index.unique ? ",created_at)" : ")";
  return index.sparse ? sql + " WHERE " + field_expression(index.path) + " IS NOT NULL" : sql;
}

Indexes wanted_indexes(const CollectionLayout& collection) {
  Indexes wanted;
  // Of a log all but the bodies: it is walked over without the table.
  if (collection.by_time) {
    wanted[collection.base_index] =
        "CREATE INDEX \"" + collection.base_index + "\" ON \"" + collection.table + "\"" +
        (collection.log ? "(account,last,sequence,first,entries)" : "(account,created_at)");
  }
  for (const IndexLayout& index : collection.indexes) {
    wanted[index.name] = create_index(collection, index);
  }
  return wanted;
}

Indexes existing_indexes(Connection& connection, const std::string& table) {
  Indexes existing;
  Statement list = connection.prepare(
      "SELECT name,sql FROM sqlite_schema WHERE type='index' AND tbl_name=? AND sql IS NOT NULL");
  list.bind(table);
  while (list.row()) existing.emplace(list.text(0), list.text(1));
  return existing;
}

/// What became a log was a table of documents in older files: each goes into a row of its own.
Result<void> convert_to_log(Connection& connection, const CollectionLayout& log) {
  const std::string old = "c_" + log.name;
  {
    Statement look =
        connection.prepare("SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?");
    if (!look.bind(old).row()) return {};
  }
  return connection.execute(
      "INSERT INTO \"" + log.table +
      "\"(account,first,last,entries,body) SELECT account,created_at,created_at,1,"
      "created_at||' '||length(CAST(id AS BLOB))||' '||length(CAST(body AS BLOB))||' '||id||body"
      "||char(10) FROM \"" +
      old + "\" ORDER BY sequence; DROP TABLE \"" + old + "\"");
}

Result<void> create_collection(Connection& connection, const CollectionLayout& collection) {
  if (auto made = connection.execute(create_table(collection)); !made) return made;
  if (collection.log) {
    if (auto done = convert_to_log(connection, collection); !done) return done;
  }
  const Indexes wanted = wanted_indexes(collection);
  const Indexes existing = existing_indexes(connection, collection.table);
  for (const auto& [name, sql] : existing) {
    const auto same = wanted.find(name);
    if (same != wanted.end() && same->second == sql) continue;
    if (auto gone = connection.execute("DROP INDEX \"" + name + '"'); !gone) return gone;
  }
  for (const auto& [name, sql] : wanted) {
    const auto same = existing.find(name);
    if (same != existing.end() && same->second == sql) continue;
    auto made = connection.execute(sql);
    if (!made) return fail("cannot make the index " + name + ": " + made.error().what);
  }
  return {};
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  const auto version = version_of(connection);
  if (!version) return tl::unexpected(version.error());
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (auto known = refuse_newer(*version, newest); !known) return known;
  for (const Migration& step : steps) {
    if (step.version <= *version) continue;
    auto done = in_transaction(connection, [&] { return apply(connection, step); });
    if (!done) {
      return fail("migration " + std::to_string(step.version) + ": " + done.error().what);
    }
  }
  return {};
}

Result<void> create_collections(Connection& connection, const Layout& layout) {
  return in_transaction(connection, [&]() -> Result<void> {
    for (const auto& [name, collection] : layout.collections()) {
      if (auto made = create_collection(connection, collection); !made) return made;
    }
    return {};
  });
}

}  // namespace tandem::store::sqlite
