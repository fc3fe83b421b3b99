#include "products/oauth/access_token.h"

#include "products/oauth/client.h"
#include "products/oauth/oauth.h"

namespace tandem::products::oauth {
namespace {

using std::chrono::seconds;

int64_t to_unix(WallTime time) {
  return std::chrono::floor<seconds>(time.time_since_epoch()).count();
}
WallTime from_unix(int64_t time) { return WallTime(seconds(time)); }

}  // namespace

std::string audience_of(std::string_view issuer) { return std::string(issuer) + "/v2"; }

std::string write_token(const TokenKey& key, const AccessToken& token, Ids& ids) {
  json::Value claims = json::Value::object({{"iss", token.issuer},
                                            {"sub", token.account},
                                            {"aud", audience_of(token.issuer)},
                                            {"client_id", token.client},
                                            {"scope", join(token.scopes)},
                                            {"iat", to_unix(token.issued)},
                                            {"exp", to_unix(token.expires)},
                                            {"jti", ids.uuid()}});
  if (!token.grant.empty()) claims.set("grant_id", token.grant);
  return key.sign(claims);
}

std::optional<AccessToken> read_token(const TokenKey& key, std::string_view text) {
  const auto claims = key.verify(text);
  if (!claims) return std::nullopt;
  AccessToken token;
  token.client = (*claims)["client_id"].string();
  token.account = (*claims)["sub"].string();
  token.grant = (*claims)["grant_id"].string();
  token.scopes = split_scopes((*claims)["scope"].string());
  // The issuer is not compared: the key signs for one installation, whose address may change.
  token.issuer = (*claims)["iss"].string();
  token.issued = from_unix((*claims)["iat"].integer());
  token.expires = from_unix((*claims)["exp"].integer());
  return token;
}

bool is_in_force(const AccessToken& token, const store::Snapshot& snapshot) {
  const auto client = find_client(snapshot, token.client);
  if (!client) return false;
  if (token.grant.empty()) return client->account == token.account;
  const auto grant = snapshot.get(kGrants, token.grant);
  return grant && grant->account == token.account;
}

}  // namespace tandem::products::oauth
