#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include "core/assert.h"
#include "store/limits.h"

namespace tandem::store::sqlite {
namespace {

// A reader looks at one request's rows, the writer keeps the tops of all indexes at hand.
// Negative: in KiB. Checkpoints are run by the writer when its group is answered.
constexpr const char* kWriterSetup =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
    "PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=OFF;"
    "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF;";
constexpr const char* kReaderSetup =
    "PRAGMA query_only=ON; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;";

/// Statistics of SQLite's allocator take a lock that all threads share; nobody reads them.
bool configure_once() {
  static const bool done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
  return done;
}

}  // namespace

Statement::Statement(sqlite3* connection, sqlite3_stmt* statement)
    : connection_(connection), statement_(statement), code_(statement ? SQLITE_OK : SQLITE_ERROR) {}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      code_(other.code_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(std::string_view text) {
  // SQLite takes a null pointer for NULL; empty text is text.
  const char* data = text.data() == nullptr ? "" : text.data();
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

Statement& Statement::bind(int64_t number) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

Statement& Statement::bind(double number) {
  if (statement_ != nullptr) sqlite3_bind_double(statement_, ++bound_, number);
  return *this;
}

Statement& Statement::bind_parameter(const Parameter& parameter) {
  if (const auto* text = std::get_if<std::string>(&parameter)) return bind(std::string_view(*text));
  if (const auto* number = std::get_if<double>(&parameter)) return bind(*number);
  return bind(std::get<int64_t>(parameter));
}

bool Statement::row() {
  if (statement_ == nullptr) return false;
  code_ = sqlite3_step(statement_);
  if (failed()) code_ = sqlite3_extended_errcode(connection_);
  return code_ == SQLITE_ROW;
}

bool Statement::run() {
  while (row()) continue;
  return code_ == SQLITE_DONE;
}

bool Statement::failed() const {
  return code_ != SQLITE_OK && code_ != SQLITE_ROW && code_ != SQLITE_DONE;
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode) {
  configure_once();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::Writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return fail("cannot open " + path + ": " + sqlite3_errstr(code));
  sqlite3_busy_timeout(handle, kBusyTimeoutMillis);
  auto set_up = connection->execute(mode == Mode::Writer ? kWriterSetup : kReaderSetup);
  if (!set_up) return fail("cannot use " + path + ": " + set_up.error().what);
  return connection;
}

Connection::~Connection() {
  for (const Cached& cached : statements_) sqlite3_finalize(cached.statement);
  TANDEM_ASSERT(sqlite3_close(handle_) == SQLITE_OK);
}

Statement Connection::prepare(std::string_view sql) { return {handle_, find_or_prepare(sql)}; }

sqlite3_stmt* Connection::find_or_prepare(std::string_view sql) {
  const auto found = by_sql_.find(sql);
  if (found != by_sql_.end()) {
    statements_.splice(statements_.begin(), statements_, found->second);
    TANDEM_ASSERT(!sqlite3_stmt_busy(found->second->statement));
    return found->second->statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return nullptr;
  statements_.push_front({std::string(sql), statement});
  by_sql_[statements_.front().sql] = statements_.begin();
  if (statements_.size() > kMaxCachedStatements) {
    by_sql_.erase(statements_.back().sql);
    sqlite3_finalize(statements_.back().statement);
    statements_.pop_back();
  }
  return statement;
}

Result<void> Connection::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(message());
}

std::string Connection::message() const { return sqlite3_errmsg(handle_); }
size_t Connection::cached_bytes() const {
  int now = 0;
  int highest = 0;
  sqlite3_db_status(handle_, SQLITE_DBSTATUS_CACHE_USED, &now, &highest, 0);
  return static_cast<size_t>(now);
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace tandem::store::sqlite
