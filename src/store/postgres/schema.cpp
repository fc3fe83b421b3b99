#include "store/postgres/schema.h"

#include <map>
#include <string>

#include "store/postgres/key.h"
#include "store/postgres/query.h"
#include "store/reading.h"

namespace tandem::store::postgres {
namespace {

// tandem_text: text and booleans as text, all else NULL. tandem_key: the same, shortened to what
// an index can hold. tandem_number: numbers, all else NULL. The tables are those of the embedded
// database. 400 is kPlainKeyCharacters.
constexpr Migration kMigrations[] = {
    {1, R"sql(
CREATE TABLE tandem_totals(
  collection text COLLATE "C" NOT NULL, account text COLLATE "C" NOT NULL,
  total bigint NOT NULL, changes bigint NOT NULL, PRIMARY KEY(collection, account));
CREATE TABLE tandem_counters(key text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
CREATE FUNCTION tandem_shortened(value text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF length(value) <= 400 THEN RETURN value; END IF;
  RETURN left(value, 400) || hashtextextended(value, 0);
END $$;
CREATE FUNCTION tandem_text(value json) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF json_typeof(value) IN ('string', 'boolean') THEN RETURN value #>> '{}'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION tandem_key(value json) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE whole text;
BEGIN
  IF json_typeof(value) NOT IN ('string', 'boolean') THEN RETURN NULL; END IF;
  whole := value #>> '{}';
  IF length(whole) <= 400 THEN RETURN whole; END IF;
  RETURN left(whole, 400) || hashtextextended(whole, 0);
END $$;
CREATE FUNCTION tandem_number(value json) RETURNS numeric
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF json_typeof(value) = 'number' THEN RETURN (value #>> '{}')::numeric; END IF;
  RETURN NULL;
END $$;
)sql"},
};

/// Any number of ours: who holds it may change the schema.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(7355608)";

Result<void> done(const Answer& answer) {
  if (answer.ok()) return {};
  return fail(answer.message());
}

/// One transaction around `work`, alone among all nodes; undone when that fails.
template <class Work>
Result<void> in_transaction(Connection& connection, Work work) {
  if (auto begun = done(connection.execute("BEGIN")); !begun) return begun;
  Result<void> result = done(connection.execute(kLock));
  if (result) result = work();
  const auto ended = done(connection.execute(result ? "COMMIT" : "ROLLBACK"));
  return result ? ended : result;
}

Result<int64_t> version_of(Connection& connection) {
  const Answer made = connection.execute(
      "CREATE TABLE IF NOT EXISTS tandem_schema("
      "version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
  if (!made.ok()) return fail(made.message());
  const Answer newest = connection.execute("SELECT coalesce(max(version),0) FROM tandem_schema");
  if (!newest.ok()) return fail(newest.message());
  return newest.integer(0, 0);
}

Result<void> apply(Connection& connection, const Migration& step) {
  if (auto applied = done(connection.execute(step.sql)); !applied) {
    return fail("migration " + std::to_string(step.version) + ": " + applied.error().what);
  }
  return done(connection.execute("INSERT INTO tandem_schema(version) VALUES(" +
                                 std::to_string(step.version) + ")"));
}

std::string quoted(const std::string& name) { return '"' + identifier(name) + '"'; }

std::string create_table(const CollectionLayout& collection) {
  if (collection.log) {
    return "CREATE TABLE IF NOT EXISTS " + quoted(collection.table) +
           "(sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
           " account text COLLATE \"C\" NOT NULL, first bigint NOT NULL, last bigint NOT NULL,"
           " entries bigint NOT NULL, body text NOT NULL)";
  }
  // letter: the document as it was written, where PostgreSQL cannot take it so (key.h).
  return "CREATE TABLE IF NOT EXISTS " + quoted(collection.table) +
         "(sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
         " id text COLLATE \"C\" NOT NULL CONSTRAINT " +
         quoted(id_constraint(collection.name)) +
         " UNIQUE, account text COLLATE \"C\" NOT NULL, revision bigint NOT NULL,"
         " created_at bigint NOT NULL, body json NOT NULL, letter text)";
}

/// Statements by index name. They are kept as comments on the index, so that a changed one shows.
using Indexes = std::map<std::string, std::string>;

std::string create_index(const CollectionLayout& collection, const IndexLayout& index) {
  std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  sql += quoted(index.name) + " ON " + quoted(collection.table) + "(";
  if (index.by_account) sql += "account,";
  sql += "(" + index_expression(index.path, index.kind) + ")";
  if (index.unique) return sql + ")";
  // As pages want it: newest first, and what has no value last when the greatest comes first.
  sql += index.by_account ? " DESC NULLS LAST,created_at DESC,sequence DESC)"
                          : " DESC NULLS LAST,sequence DESC)";
  if (!index.sparse) return sql;
  return sql + " WHERE " + index_expression(index.path, index.kind) + " IS NOT NULL";
}

Indexes wanted_indexes(const CollectionLayout& collection) {
  Indexes wanted;
  // Of a log all but the bodies: it is walked over without the table.
  if (collection.by_time) {
    wanted[identifier(collection.base_index)] =
        "CREATE INDEX " + quoted(collection.base_index) + " ON " + quoted(collection.table) +
        (collection.log ? "(account,last,sequence,first,entries)"
                        : "(account,created_at DESC,sequence DESC)");
  }
  for (const IndexLayout& index : collection.indexes) {
    wanted[identifier(index.name)] = create_index(collection, index);
  }
  return wanted;
}

Result<Indexes> existing_indexes(Connection& connection, const CollectionLayout& collection) {
  const Answer list = connection.run(
      "SELECT i.relname, coalesce(obj_description(i.oid,'pg_class'),'') FROM pg_index"
      " JOIN pg_class i ON i.oid=indexrelid WHERE indrelid=to_regclass($1)"
      " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid=indexrelid)",
      {quoted(collection.table)});
  if (!list.ok()) return fail(list.message());
  Indexes existing;
  for (int row = 0; row < list.rows(); ++row)
    existing.emplace(list.text(row, 0), list.text(row, 1));
  return existing;
}

std::string literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

/// What became a log was a table of documents in older databases: each goes into a row of its own.
Result<void> convert_to_log(Connection& connection, const CollectionLayout& log) {
  const std::string old = quoted("c_" + log.name);
  const Answer look = connection.run("SELECT 1 WHERE to_regclass($1) IS NOT NULL", {old});
  if (!look.ok()) return fail(look.message());
  if (look.rows() == 0) return {};
  return done(connection.execute(
      "INSERT INTO " + quoted(log.table) +
      "(account,first,last,entries,body) SELECT account,created_at,created_at,1,"
      "created_at||' '||octet_length(id)||' '||octet_length(text)||' '||id||text||chr(10)"
      " FROM (SELECT *, coalesce(letter,body::text) AS text FROM " +
      old + ") AS old ORDER BY sequence; DROP TABLE " + old));
}

Result<void> create_collection(Connection& connection, const CollectionLayout& collection) {
  if (auto made = done(connection.execute(create_table(collection))); !made) return made;
  if (collection.log) {
    if (auto converted = convert_to_log(connection, collection); !converted) return converted;
  }
  const Indexes wanted = wanted_indexes(collection);
  const auto existing = existing_indexes(connection, collection);
  if (!existing) return tl::unexpected(existing.error());
  for (const auto& [name, sql] : *existing) {
    const auto same = wanted.find(name);
    if (same != wanted.end() && same->second == sql) continue;
    if (auto gone = done(connection.execute("DROP INDEX \"" + name + '"')); !gone) return gone;
  }
  for (const auto& [name, sql] : wanted) {
    const auto same = existing->find(name);
    if (same != existing->end() && same->second == sql) continue;
    auto made = done(connection.execute(sql));
    if (made) {
      made = done(connection.execute("COMMENT ON INDEX \"" + name + "\" IS " + literal(sql)));
    }
    if (!made) return fail("cannot make the index " + name + ": " + made.error().what);
  }
  return {};
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

std::string id_constraint(const std::string& collection) { return collection + "/id"; }

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  return in_transaction(connection, [&]() -> Result<void> {
    const auto version = version_of(connection);
    if (!version) return tl::unexpected(version.error());
    const int newest = steps.empty() ? 0 : steps.back().version;
    if (auto known = refuse_newer(*version, newest); !known) return known;
    for (const Migration& step : steps) {
      if (step.version <= *version) continue;
      if (auto applied = apply(connection, step); !applied) return applied;
    }
    return {};
  });
}

Result<void> create_collections(Connection& connection, const Layout& layout) {
  return in_transaction(connection, [&]() -> Result<void> {
    for (const auto& [name, collection] : layout.collections()) {
      if (auto made = create_collection(connection, collection); !made) return made;
    }
    return {};
  });
}

}  // namespace tandem::store::postgres
