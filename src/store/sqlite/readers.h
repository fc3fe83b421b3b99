#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"

namespace tandem::store::sqlite {

/// A connection for reading. Its read transaction may have been begun by an earlier snapshot:
/// beginning and ending one costs more than reading a row, so snapshots between two commits share
/// one.
class Reader {
 public:
  explicit Reader(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Connection& connection() { return *connection_; }
  /// Begins the read transaction if there is none.
  void begin();
  /// Ends it if there is one; false when that fails, and the reader is of no use any more.
  bool end();
  bool reading() const { return reading_; }
  /// Whether the transaction is so old that another process may have committed meanwhile.
  bool old() const;

 private:
  friend class Readers;
  std::unique_ptr<Connection> connection_;
  bool reading_ = false;
  std::chrono::steady_clock::time_point begun_;
  uint64_t commits_ = 0;  // of this process that the transaction sees at least
};

/// Readers that rest between snapshots. There are as many as there were snapshots at one time, the
/// last used first: its pages are still at hand. Any thread.
class Readers {
 public:
  explicit Readers(std::string path) : path_(std::move(path)) {}

  /// One that sees whatever was committed(), or null when the file cannot be opened.
  std::unique_ptr<Reader> take();
  void give_back(std::unique_ptr<Reader> reader);

  /// To be called after each commit and checkpoint, before anybody is told: no snapshot from now on
  /// shares a transaction that was begun before, and those that rest let go of the log.
  void committed();

 private:
  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> resting_;  // none reads what was before the last commit
  uint64_t commits_ = 0;
};

}  // namespace tandem::store::sqlite
