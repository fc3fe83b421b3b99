#pragma once

#include "api/auth/authenticator.h"
#include "products/oauth/token_key.h"

namespace tandem::products::oauth {

/// Access tokens as Bearer tokens of the API: 20006 for one that has expired, 10009 for one that
/// was revoked, 10010 for one whose scopes do not reach.
class TokenAuthenticator final : public api::auth::Authenticator {
 public:
  explicit TokenAuthenticator(const SecretBox& secrets) : key_(secrets) {}
  std::string_view credentials(const http::RequestHead& head) const override;
  std::optional<api::auth::Recognised> recognise(const http::RequestHead& head,
                                                 std::string_view credentials,
                                                 const store::Snapshot& snapshot,
                                                 WallTime now) const override;

 private:
  const TokenKey key_;
};

}  // namespace tandem::products::oauth
