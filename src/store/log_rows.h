#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.h"

namespace tandem::store {

/// Entries of a log as a database keeps them: some of one account, one after the other.
struct LogRow {
  int64_t sequence = 0;
  std::string account;
  int64_t first = 0;  // created_at of the oldest and of the newest, in milliseconds
  int64_t last = 0;
  int64_t entries = 0;
  std::string body;  // for each "<created_at> <bytes of id> <bytes of body> <id><body>\n"
};

/// The entries of a row, oldest first.
std::vector<Row> entries_of(const LogRow& row);

/// The log rows of a group, made while its batches are written. A batch that falls takes its own
/// back. What was put must live until clear().
class LogRows {
 public:
  void add(const Put& put) { batch_.push_back(&put); }
  void keep_batch();
  void drop_batch() { batch_.clear(); }
  void clear();

  using Key = std::pair<std::string_view, std::string_view>;  // collection, account
  /// Of the batches that were kept; ordered, so that writers lock rows in one order.
  std::map<Key, std::vector<LogRow>> rows();

 private:
  std::vector<const Put*> batch_;
  std::map<Key, std::vector<const Put*>> group_;
};

}  // namespace tandem::store
