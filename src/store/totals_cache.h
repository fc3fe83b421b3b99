#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tandem::store {

/// Remembers filtered totals. Counting is far dearer than a page, and most pages are asked for
/// again before anything changed. A total holds for one state of what was counted: `changes`, the
/// number that grows with each transaction that touched the account's part of the collection.
/// Any thread.
class TotalsCache {
 public:
  std::optional<int64_t> find(const std::string& question, int64_t changes);
  void remember(std::string question, int64_t changes, int64_t total);

 private:
  struct Entry {
    std::string question;
    int64_t changes = 0;
    int64_t total = 0;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_question_;
};

}  // namespace tandem::store
