#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/metrics.h"
#include "store/commit_queue.h"
#include "store/log_rows.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/counters.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/sequences.h"
#include "store/totals.h"

namespace tandem::store::sqlite {

/// Writes groups of batches to the file, one transaction a group.
///
/// A group is first written plainly. Only when a batch falls after it has changed something is
/// the group undone and written again with a savepoint around each batch: savepoints copy every
/// page that is touched below them, and batches seldom fall that late.
class Writer final : public GroupWriter {
 public:
  /// `cached_bytes`, when given, is set after each group to what the page cache takes.
  Writer(std::unique_ptr<Connection> connection, const Layout& layout, Readers& readers,
         Gauge* cached_bytes);

  std::vector<Committed> write(std::span<const Batch> group) override;
  Result<void> clear() override;
  /// Moves the log into the file when it has grown.
  void rest() override;

 private:
  enum class Savepoints { None, EachBatch };

  /// Nothing when the group must be written again with savepoints; else as write().
  std::optional<std::vector<Committed>> write_once(std::span<const Batch> group, Savepoints mode);
  Committed apply(const Batch& batch);
  Committed apply(const Put& put);
  Committed create(const Put& put);
  /// What is there already; revision kNew when nothing is.
  struct Present {
    int64_t sequence = 0;
    int64_t revision = kNew;
    std::string account;
  };
  std::optional<Present> look_up(const std::string& collection, const std::string& id);
  Committed replace(const Put& put, const Present& present);
  Committed apply(const Remove& remove);
  Committed apply(const Trim& trim);
  Committed apply(const Adjust& adjust);
  bool write_logs();
  bool write_totals();
  bool look_for_others();
  Committed constraint(const Put& put);
  Committed failure() const;
  std::vector<Committed> fail_all(size_t size, const std::string& what);
  void roll_back();
  void forget_group();

  /// SQL about one collection, built once.
  struct Texts {
    bool log = false;
    std::string find, insert, update, remove, trim;
  };
  const Texts& texts(const std::string& collection);

  std::unique_ptr<Connection> connection_;
  const Layout& layout_;
  Readers& readers_;
  Gauge* const cached_bytes_;
  std::unordered_map<std::string, Texts> texts_;
  TotalsDelta totals_;
  LogRows log_rows_;
  Counters counters_;
  Sequences sequences_;
  int64_t file_version_ = 0;  // changes when somebody else writes to the file
  int next_checkpoint_pages_ = 0;
  int log_pages_ = 0;     // in the write-ahead log, after the last commit
  bool changed_ = false;  // whether the batch has written anything yet
};

}  // namespace tandem::store::sqlite
