#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::store {

/// Changes to maintained totals, gathered while a group is written so that each total is written
/// once a group. A batch that falls takes its own back.
class TotalsDelta {
 public:
  using Key = std::pair<std::string, std::string>;  // collection, account

  /// `by` documents more (or less, or 0: a change) for the batch that is being written.
  void add(std::string_view collection, std::string_view account, int64_t by) {
    batch_.emplace_back(Key(collection, account), by);
  }
  void keep_batch() {
    for (auto& [key, by] : batch_) group_[std::move(key)] += by;
    batch_.clear();
  }
  void drop_batch() { batch_.clear(); }
  void clear() {
    batch_.clear();
    group_.clear();
  }
  /// Of the batches that were kept; ordered, so that writers lock rows in one order.
  const std::map<Key, int64_t>& group() const { return group_; }

 private:
  std::vector<std::pair<Key, int64_t>> batch_;
  std::map<Key, int64_t> group_;
};

}  // namespace tandem::store
