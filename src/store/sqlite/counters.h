#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace tandem::store::sqlite {

/// The counters as the writer knows them: each is read once while nobody else writes to the file,
/// and written once a group, however many of its batches move it. A batch that falls takes its
/// changes back.
class Counters {
 public:
  explicit Counters(Connection& connection) : connection_(connection) {}

  enum class Outcome : uint8_t { Done, OutOfBounds, Unreadable };
  /// For the batch that is being written.
  Outcome adjust(const Adjust& adjust);
  void keep_batch() { undo_.clear(); }
  void drop_batch();
  /// Writes what the group changed; false when the database refused.
  bool write();
  /// When the group is committed.
  void keep_group();
  /// When it is not, or when somebody else has written.
  void forget();

 private:
  struct Counter {
    int64_t value = 0;
    bool changed = false;
  };
  using Known = std::unordered_map<std::string, Counter>;
  Known::value_type* find(const std::string& key);

  Connection& connection_;
  Known known_;
  std::vector<Known::value_type*> touched_;         // by the group
  std::vector<std::pair<Counter*, Counter>> undo_;  // as they were, in the order of the changes
};

}  // namespace tandem::store::sqlite
