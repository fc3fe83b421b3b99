#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/registry.h"

/// What is kept for looking back (events, deliveries, audit events, detail records) goes when its
/// time is over, in small steps on the Clock, so that nothing grows without bound.
namespace tandem::api {

struct RetentionRule {
  std::string collection;
  std::chrono::hours keep{};
  /// Whether an old row is still needed; then it stays until it is not. None: no row is. Entries of
  /// a log all go.
  std::function<bool(const store::Snapshot&, const store::Row&)> needed = {};
};

inline constexpr std::string_view kRetentionWorkflow = "api.retention";

/// Rows that one step takes away at most, and accounts that it looks at.
inline constexpr int64_t kRowsGoneAtOnce = 200;
inline constexpr int kAccountsLookedAt = 100;
/// From the end of one cleaning to the beginning of the next.
inline constexpr std::chrono::hours kCleaningInterval{1};

/// Registers the workflow; WorkflowRunner::Options::standing starts it.
void declare_retention(Registry& registry, std::vector<RetentionRule> rules);

}  // namespace tandem::api
