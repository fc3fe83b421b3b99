#pragma once

#include <string>
#include <string_view>

#include "store/store.h"

/// Accounts that may not send messages at all (40314), one row each. The operator says which, at
/// the command line; what these accounts get still comes in.
namespace tandem::products::messaging {

inline constexpr std::string_view kBlocks = "messaging_blocks";

inline bool is_blocked(const store::Snapshot& snapshot, std::string_view account) {
  return snapshot.get(kBlocks, account).has_value();
}

inline void set_blocked(const std::string& account, bool blocked, store::Batch& batch) {
  if (blocked) {
    batch.puts.push_back(
        {.collection = std::string(kBlocks), .id = account, .account = account, .body = "{}"});
  } else {
    batch.removes.push_back({std::string(kBlocks), account});
  }
}

}  // namespace tandem::products::messaging
