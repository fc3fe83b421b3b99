#include "store/totals_cache.h"

#include "store/limits.h"

namespace tandem::store {

std::optional<int64_t> TotalsCache::find(const std::string& question, int64_t changes) {
  const std::lock_guard lock(mutex_);
  const auto found = by_question_.find(question);
  if (found == by_question_.end() || found->second->changes != changes) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->total;
}

void TotalsCache::remember(std::string question, int64_t changes, int64_t total) {
  const std::lock_guard lock(mutex_);
  const auto found = by_question_.find(question);
  if (found != by_question_.end()) {
    if (changes < found->second->changes) return;  // somebody looked at a later state already
    found->second->changes = changes;
    found->second->total = total;
    return;
  }
  entries_.push_front({std::move(question), changes, total});
  by_question_[entries_.front().question] = entries_.begin();
  if (entries_.size() > kMaxCachedTotals) {
    by_question_.erase(entries_.back().question);
    entries_.pop_back();
  }
}

}  // namespace tandem::store
