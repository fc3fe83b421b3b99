#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace tandem::app {

/// Keeps a second platform off a data directory: both would send what one owes. The system takes
/// the lock back when the process ends, however it ends.
class DataLock {
 public:
  /// Fails when another process holds it.
  static Result<DataLock> take(const std::string& directory);
  /// Whether some process holds it; changes nothing.
  static bool is_taken(const std::string& directory);

  ~DataLock();
  DataLock(DataLock&& other) noexcept;
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace tandem::app
