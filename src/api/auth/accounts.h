#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/effects.h"
#include "store/store.h"

namespace tandem::api::auth {

/// An account of the installation, in the collection `accounts`.
struct AccountRecord {
  enum class Status { Enabled, Disabled, Blocked };
  std::string id;            // UUID
  std::string organization;  // name for people
  std::string parent;        // account that manages it, or empty
  Status status = Status::Enabled;
  int64_t rate_limit = 0;  // requests a window; 0: the installation's default
  WallTime created_at{};
};

store::Put account_row(const AccountRecord& account, int64_t expected = store::kAnyRevision);
std::optional<AccountRecord> find_account(const store::Snapshot& snapshot, std::string_view id);
/// At most 1,000, oldest first.
std::vector<AccountRecord> list_accounts(const store::Snapshot& snapshot);

/// What a request of this account is refused with, if anything: 20012 when disabled, 20013 when
/// blocked.
std::optional<ApiError> account_refusal(const AccountRecord& account);

/// Makes an account at once; for the command line and the sandbox's start, never on a shard.
Result<AccountRecord> create_account(store::Database& database, Moment moment,
                                     std::string organization);

}  // namespace tandem::api::auth
