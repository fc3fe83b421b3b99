#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "store/layout.h"
#include "store/log_rows.h"
#include "store/query_writer.h"
#include "store/store.h"
#include "store/totals_cache.h"

namespace tandem::store {

// Columns in the order in which the statements of a LogReader name them.
inline constexpr int kLogSequenceColumn = 0;
inline constexpr int kLogAccountColumn = 1;
inline constexpr int kLogFirstColumn = 2;
inline constexpr int kLogLastColumn = 3;
inline constexpr int kLogEntriesColumn = 4;
inline constexpr int kLogBodyColumn = 5;

/// Reads a log in any database: walks over its rows without their bodies as long as entries are
/// only counted or skipped, then reads as many rows as the page needs. The statements are
/// understood alike by all drivers.
class LogReader {
 public:
  /// Runs a statement; nothing when it fails.
  using Ask = std::function<std::optional<std::vector<LogRow>>(const Sql&)>;
  LogReader(const CollectionLayout& log, const Query& query, Ask ask);

  /// The page, without its total.
  Page page();
  /// Entries of the query, whatever page it asks for: `all` when it narrows nothing, else counted
  /// once for a state of the log (TotalsCache).
  int64_t count(int64_t all, int64_t changes, TotalsCache& cache);

 private:
  /// Goes on behind the row read last: `sequence`, whose newest entry is of `last`.
  struct Place {
    int64_t last;
    int64_t sequence;
  };
  enum class Bodies { Without, With };
  void narrow(const Condition& condition);
  Sql statement(Bodies bodies, int64_t limit) const;
  std::vector<LogRow> next(Bodies bodies, int64_t limit);
  /// Steps over rows that hold no more than `entries` of the query together; how many they hold.
  int64_t skip(int64_t entries);
  /// How many of the next rows it takes for so many entries; 0 when no row follows.
  int64_t rows_with(size_t entries);
  bool is_inside(const LogRow& row) const { return row.first >= from_ && row.last <= to_; }
  std::vector<Row> entries(const LogRow& row) const;
  int64_t entries_inside(const LogRow& row);
  Place before_all() const;

  const CollectionLayout& log_;
  const Query& query_;
  Ask ask_;
  bool ascending_ = false;
  int64_t from_;  // created_at of the entries asked for, both included
  int64_t to_;
  Place at_;
  bool failed_ = false;
};

}  // namespace tandem::store
