#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "store/store.h"

/// Helpers for the tests of this room.
namespace tandem::store::testing {

/// A directory of its own that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string path(const std::string& name = {}) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Where a database of one kind can be opened again and again; empty at first.
class SqlitePlace {
 public:
  std::unique_ptr<Database> database() const { return open_sqlite(path()); }
  std::string path() const { return directory_.path("data/test.db"); }

 private:
  TemporaryDirectory directory_;
};

/// A database of its own on a PostgreSQL server that the first one starts and the end of the
/// process stops. Needs nothing but the package postgresql-15.
class PostgresPlace {
 public:
  PostgresPlace();
  ~PostgresPlace();
  PostgresPlace(const PostgresPlace&) = delete;
  PostgresPlace& operator=(const PostgresPlace&) = delete;
  std::unique_ptr<Database> database() const { return open_postgres(conninfo()); }
  std::string conninfo() const;

 private:
  std::string name_;
};

/// Every test of what drivers have in common runs at each of these.
#define STORE_TEST_PLACES \
  ::tandem::store::testing::SqlitePlace, ::tandem::store::testing::PostgresPlace

/// The same, opened with collections.
template <class Place>
std::unique_ptr<Database> opened(const Place& place, std::vector<Collection> collections) {
  auto database = place.database();
  const auto result = database->open(std::move(collections));
  if (!result) throw std::runtime_error(result.error().what);
  return database;
}

/// A Put of a new document.
inline Put put(std::string id, std::string body, std::string account = "a",
               int64_t expected = kNew) {
  Put made;
  made.collection = "rooms";
  made.id = std::move(id);
  made.account = std::move(account);
  made.body = std::move(body);
  made.expected = expected;
  return made;
}

inline Committed commit(Database& database, std::vector<Put> puts) {
  Batch batch;
  batch.puts = std::move(puts);
  return database.commit_now(std::move(batch));
}

inline Committed::Status status(Database& database, Put one) {
  std::vector<Put> puts;
  puts.push_back(std::move(one));
  return commit(database, std::move(puts)).status;
}

}  // namespace tandem::store::testing
