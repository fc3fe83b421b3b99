#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "store/limits.h"
#include "store/query_writer.h"

struct pg_conn;
struct pg_result;

namespace tandem::store::postgres {

/// What the server said to one statement.
class Answer {
 public:
  explicit Answer(pg_result* result) : result_(result) {}
  ~Answer();
  Answer(Answer&& other) noexcept;
  Answer& operator=(Answer&& other) noexcept;

  bool ok() const;
  int rows() const;
  bool is_null(int row, int column) const;
  std::string_view text(int row, int column) const;
  int64_t integer(int row, int column) const;

  /// SQLSTATE ("23505") of an error; empty when the server was not even reached.
  std::string_view state() const;
  /// The constraint or index that an error is about.
  std::string_view constraint() const;
  std::string message() const;

 private:
  pg_result* result_;
};

/// Values of $1, $2 and so on, in text form. Nothing: NULL.
using Values = std::vector<std::optional<std::string>>;

/// A connection to the server, used by one thread at a time. Keeps its prepared statements.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& conninfo);
  /// How long to wait for an answer; a server that takes longer counts as lost. Without this call
  /// as long as an index of a large table may take.
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one or more statements without values.
  Answer execute(const std::string& sql);
  /// Runs a statement with its values; prepares it when it is new.
  Answer run(std::string_view sql, const Values& values);
  Answer run(const Sql& sql);

  /// Makes a statement known before a pipeline needs it.
  Answer prepare(const std::string& sql);
  /// Queues a prepared statement; sent when there are many, or by collect().
  void send(std::string_view sql, const Values& values);
  /// The answers to all that was queued since the last time, in order. After an error the server
  /// skips statements up to where the pipeline was last emptied.
  std::vector<Answer> collect();

  /// Whether the server is gone: this object is of no use any more.
  bool lost() const;
  std::string message() const;

 private:
  explicit Connection(pg_conn* connection) : connection_(connection) {}
  /// The last answer to what was sent, if it was.
  Answer answer_to(int sent);
  /// Waits until the next answer is there; whether it is.
  bool wait();
  void drain();

  pg_conn* connection_;
  std::unordered_map<std::string, std::string> prepared_;  // SQL to name
  uint64_t last_name_ = 0;
  bool pipelining_ = false;
  bool timed_out_ = false;
  std::chrono::milliseconds patience_ = kSchemaWait;
  size_t queued_ = 0;
  std::vector<Answer> answers_;
};

/// The values of a statement that was written from a Query.
Values values_of(const Sql& sql);

}  // namespace tandem::store::postgres
