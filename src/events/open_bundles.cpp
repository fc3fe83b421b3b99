#include "events/open_bundles.h"

namespace tandem::events {

void OpenBundles::found(const std::map<std::string, size_t>& open) {
  const std::lock_guard lock(mutex_);
  // What is counted already is counted better.
  for (const auto& [bundle, count] : open) open_.try_emplace(bundle, count);
}

void OpenBundles::settle(store::Batch& batch, std::span<const Share> shares) {
  const std::lock_guard lock(mutex_);
  for (const Share& share : shares) {
    if (share.bundle.empty()) continue;
    const auto at = open_.try_emplace(std::string(share.bundle), share.size).first;
    if (--at->second > 0) continue;
    batch.removes.push_back({.collection = std::string(kOutbox), .id = at->first});
    open_.erase(at);
  }
}

void OpenBundles::reopen(std::span<const Share> shares) {
  const std::lock_guard lock(mutex_);
  for (const Share& share : shares) {
    if (!share.bundle.empty()) ++open_[std::string(share.bundle)];
  }
}

void OpenBundles::clear() {
  const std::lock_guard lock(mutex_);
  open_.clear();
}

}  // namespace tandem::events
