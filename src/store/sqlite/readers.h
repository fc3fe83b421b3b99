#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"

namespace tandem::store::sqlite {

/// Read-only connections that rest between snapshots. There are as many as there were snapshots
/// at one time, the last used first: its pages are still at hand. Any thread.
class Readers {
 public:
  explicit Readers(std::string path) : path_(std::move(path)) {}

  /// A connection outside a transaction, or null when the file cannot be opened.
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

 private:
  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> resting_;
};

}  // namespace tandem::store::sqlite
