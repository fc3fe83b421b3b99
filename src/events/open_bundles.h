#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

#include "events/outbox.h"

namespace tandem::events {

/// How many deliveries of each bundle are still open, so that its row goes with the last one.
/// Bundles of which nothing was settled in this process are not known here. Any thread; batches are
/// made one after the other, each when what became of the one before is known.
class OpenBundles {
 public:
  /// A delivery's bundle, if it has one, and how many that began with.
  struct Share {
    std::string_view bundle;
    size_t size = 0;
  };
  /// What a read of the store found.
  void found(const std::map<std::string, size_t>& open);
  /// `batch` settles these deliveries; it takes rows along that owe nothing any more.
  void settle(store::Batch& batch, std::span<const Share> shares);
  /// That batch was not committed: they are open again.
  void reopen(std::span<const Share> shares);
  void clear();

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, size_t> open_;
};

}  // namespace tandem::events
