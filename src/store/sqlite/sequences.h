#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/sqlite/connection.h"

namespace tandem::store::sqlite {

/// Gives documents their sequences. The file says up to which number they may have been given, so
/// it is written once in kSequencesAtOnce; those between are lost when the process ends.
class Sequences {
 public:
  explicit Sequences(Connection& connection) : connection_(connection) {}

  /// The next one of the collection; nothing when the database failed.
  std::optional<int64_t> next(const std::string& collection);
  /// Writes what the group reserved; false when the database refused.
  bool write();
  /// When the group is committed.
  void keep_group() { reserved_.clear(); }
  /// When it is not, or when somebody else has written.
  void forget();

 private:
  struct Block {
    int64_t last = 0;  // given
    int64_t end = 0;   // may be given without another word in the file
  };

  Connection& connection_;
  std::unordered_map<std::string, Block> blocks_;
  std::vector<const std::pair<const std::string, Block>*> reserved_;  // by the group
};

}  // namespace tandem::store::sqlite
