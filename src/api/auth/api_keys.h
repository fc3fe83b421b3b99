#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/effects.h"
#include "store/store.h"

namespace tandem::api::auth {

/// An API key as it is kept: never the key itself, only its SHA-256 (keys are 256 bits of
/// randomness, so a slow password hash would add nothing) and its first characters.
struct ApiKey {
  std::string id;  // UUID
  std::string account;
  std::string name;    // what its owner calls it
  std::string prefix;  // first characters, to recognise it by
  std::string hash;    // SHA-256 in hex
  WallTime created_at{};
  std::optional<WallTime> revoked_at;
};

/// A key just made; `secret` is shown once and then gone.
struct NewApiKey {
  ApiKey key;
  std::string secret;  // "KEY" + 32 hex digits + "_" + 22 characters
};

/// Makes a key; store api_key_row(result.key).
NewApiKey make_api_key(Moment moment, std::string account, std::string name);
/// The same for a secret that somebody chose (TANDEM_API_KEY).
NewApiKey adopt_api_key(Moment moment, std::string account, std::string name, std::string secret);

store::Put api_key_row(const ApiKey& key, int64_t expected = store::kAnyRevision);

/// By its secret, whether revoked or not.
std::optional<ApiKey> find_api_key(const store::Snapshot& snapshot, std::string_view secret);
/// The account's, newest first, revoked ones too; at most 1,000.
std::vector<ApiKey> list_api_keys(const store::Snapshot& snapshot, std::string_view account);

// For the command line and the sandbox's start, never on a shard.

/// Makes and stores a key.
Result<NewApiKey> create_api_key(store::Database& database, Moment moment, std::string account,
                                 std::string name);
/// Sees to it that `secret` opens `account`; does nothing when it does already. Refuses one that
/// opens another account.
Result<void> ensure_api_key(store::Database& database, Moment moment, const std::string& account,
                            const std::string& secret);
/// By id or prefix; refuses one that is not there or that is ambiguous. Revoking twice is fine.
Result<ApiKey> revoke_api_key(store::Database& database, WallTime now, std::string_view account,
                              std::string_view id_or_prefix);

}  // namespace tandem::api::auth
