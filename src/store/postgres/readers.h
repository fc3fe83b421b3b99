#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/postgres/connection.h"

namespace tandem::store::postgres {

/// Connections for reading, kMaxReaders at most, the last used first. Any thread.
class Readers {
 public:
  explicit Readers(std::string conninfo) : conninfo_(std::move(conninfo)) {}

  /// A connection outside a transaction; null when the server is not there, or all are in use for
  /// kReaderWait.
  std::unique_ptr<Connection> take();
  /// Takes it back; one that is lost is closed.
  void give_back(std::unique_ptr<Connection> connection);
  /// A fresh connection in place of one that was lost.
  std::unique_ptr<Connection> replace(std::unique_ptr<Connection> lost);

 private:
  std::unique_ptr<Connection> open();

  const std::string conninfo_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> resting_;
  size_t open_ = 0;
};

}  // namespace tandem::store::postgres
