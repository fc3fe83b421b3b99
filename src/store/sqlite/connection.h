#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/result.h"
#include "store/query_writer.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tandem::store::sqlite {

/// How long to wait for another process that writes to the same file.
inline constexpr int kBusyTimeoutMillis = 5'000;

/// A prepared statement in use. It goes back to rest when this object goes.
/// Bound text is not copied: it must live as long.
class Statement {
 public:
  Statement(sqlite3* connection, sqlite3_stmt* statement);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Values of the placeholders, in order.
  Statement& bind(std::string_view text);
  Statement& bind(int64_t number);
  Statement& bind(double number);
  Statement& bind_parameter(const Parameter& parameter);

  /// Goes to the next row, if there is one and nothing is wrong.
  bool row();
  /// Runs to the end; whether all went well.
  bool run();
  /// SQLite's (extended) result code of the last step.
  int code() const { return code_; }
  /// Whether a step failed.
  bool failed() const;

  /// Of the current row. Text lives until the next step.
  std::string_view text(int column) const;
  int64_t integer(int column) const;

 private:
  sqlite3* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  int code_ = 0;
};

/// An open database file, used by one thread at a time. Keeps its prepared statements.
class Connection {
 public:
  enum class Mode { Writer, Reader };
  static Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Prepares, or takes the statement prepared earlier for the same text. One use at a time of
  /// the same text.
  Statement prepare(std::string_view sql);
  /// Runs statements that give nothing back, without keeping them.
  Result<void> execute(const std::string& sql);
  /// SQLite's own words for what went wrong last.
  std::string message() const;
  bool in_transaction() const;
  /// What its page cache takes.
  size_t cached_bytes() const;
  sqlite3* handle() const { return handle_; }

 private:
  struct Cached {
    std::string sql;
    sqlite3_stmt* statement;
  };
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  sqlite3_stmt* find_or_prepare(std::string_view sql);

  sqlite3* handle_;
  std::list<Cached> statements_;  // last used first
  std::unordered_map<std::string_view, std::list<Cached>::iterator> by_sql_;
};

}  // namespace tandem::store::sqlite
