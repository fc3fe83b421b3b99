#include "store/sqlite/schema.h"

#include <set>
#include <string>
#include <vector>

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
  const std::string table = '"' + collection.table + '"';
  // The base index serves an account's lists, newest first, and conditions on created_at.
  return "CREATE TABLE IF NOT EXISTS " + table +
         "(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,"
         " revision INTEGER NOT NULL, created_at INTEGER NOT NULL,"
         " body TEXT NOT NULL CHECK(json_valid(body)));"
         "CREATE INDEX IF NOT EXISTS \"" +
         collection.name + "\" ON " + table + "(account, sequence, created_at)";
}

std::string create_index(const CollectionLayout& collection, const IndexLayout& index) {
  // Null values are all different to a unique index.
  return std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX IF NOT EXISTS \"" +
         index.name + "\" ON \"" + collection.table + "\"(" +
         (index.by_account ? "account, " : "") + field_expression(index.path) + ")";
}

std::vector<std::string> existing_indexes(Connection& connection, const std::string& table) {
  std::vector<std::string> names;
  Statement list = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name=? AND name LIKE '%/%'");
  list.bind(table);
  while (list.row()) names.emplace_back(list.text(0));
  return names;
}

Result<void> create_collection(Connection& connection, const CollectionLayout& collection) {
  if (auto made = connection.execute(create_table(collection)); !made) return made;
  std::set<std::string> declared;
  for (const IndexLayout& index : collection.indexes) declared.insert(index.name);
  for (const std::string& name : existing_indexes(connection, collection.table)) {
    if (declared.contains(name)) continue;
    if (auto gone = connection.execute("DROP INDEX \"" + name + '"'); !gone) return gone;
  }
  for (const IndexLayout& index : collection.indexes) {
    auto made = connection.execute(create_index(collection, index));
    if (!made) return fail("cannot index " + index.name + ": " + made.error().what);
  }
  return {};
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  const auto version = version_of(connection);
  if (!version) return tl::unexpected(version.error());
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (*version > newest) {
    return fail("the data was written by a newer version of this program (schema " +
                std::to_string(*version) + ", known up to " + std::to_string(newest) + ")");
  }
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
