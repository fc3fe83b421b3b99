#include "products/oauth/token_authenticator.h"

#include "products/oauth/access_token.h"

namespace tandem::products::oauth {

using api::ApiError;
using api::auth::Recognised;

std::string_view TokenAuthenticator::credentials(const http::RequestHead& head) const {
  return api::auth::bearer_token(head);
}

std::optional<Recognised> TokenAuthenticator::recognise(const http::RequestHead&,
                                                        std::string_view credentials,
                                                        const store::Snapshot& snapshot,
                                                        WallTime now) const {
  const auto token = read_token(key_, credentials);
  if (!token) return std::nullopt;
  Recognised found;
  if (token->expires <= now) {
    found.error = ApiError("20006", "This access token has expired.").with_status(401);
    return found;
  }
  if (!is_in_force(*token, snapshot)) {
    found.error = ApiError("10009", "This access token has been revoked.").with_status(401);
    return found;
  }
  found.account.id = token->account;
  found.account.key_id = token->client;
  found.until = token->expires;
  if (!contains(token->scopes, kAdmin)) {
    found.error = ApiError("10010", "This access token's scopes do not allow it.").with_status(403);
  }
  return found;
}

}  // namespace tandem::products::oauth
