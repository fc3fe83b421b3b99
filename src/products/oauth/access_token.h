#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "products/oauth/scopes.h"
#include "products/oauth/token_key.h"

namespace tandem::products::oauth {

/// How long an access token opens the API.
inline constexpr std::chrono::seconds kAccessTime = std::chrono::hours(1);

/// What an access token says (claims of RFC 9068).
struct AccessToken {
  std::string client;
  std::string account;  // for which it acts
  std::string grant;    // what somebody consented to; empty for the client's own account
  Scopes scopes;
  std::string issuer;
  WallTime issued{};
  WallTime expires{};
};

/// As a JWT.
std::string write_token(const TokenKey& key, const AccessToken& token, Ids& ids);
/// What a token says that the key has signed; nothing for other texts. It may have expired.
std::optional<AccessToken> read_token(const TokenKey& key, std::string_view text);
/// Whether its client and its grant are still there.
bool is_in_force(const AccessToken& token, const store::Snapshot& snapshot);
/// Who may use it: the address of the API.
std::string audience_of(std::string_view issuer);

}  // namespace tandem::products::oauth
