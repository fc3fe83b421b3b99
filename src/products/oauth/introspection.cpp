#include <string>

#include "contract/operations.h"
#include "products/oauth/access_token.h"
#include "products/oauth/client.h"
#include "products/oauth/oauth.h"

// Token introspection (RFC 7662).

namespace tandem::products::oauth {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

/// A client learns about its own tokens and those of the account that made it.
bool may_know(const Client& client, const AccessToken& token) {
  return token.client == client.id || (!client.account.empty() && token.account == client.account);
}

int64_t to_unix(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

Outcome introspect(const TokenKey& key, const Call& call, const store::Snapshot& snapshot) {
  Effects effects;
  const auto client = authenticate_client(call, snapshot);
  // One that only names itself has not shown who it is.
  if (!client || client->is_public()) {
    effects.reply = refusal_reply(
        client ? Refusal{401, "invalid_client", "A public client can't do this."} : client.error());
    return effects;
  }
  const auto token = read_token(key, call.body["token"].string());
  const bool active = token && token->expires > call.now && may_know(*client, *token) &&
                      is_in_force(*token, snapshot);
  json::Value answer = json::Value::object({{"active", active}});
  if (active) {
    answer.set("client_id", token->client);
    answer.set("sub", token->account);
    answer.set("scope", join(token->scopes));
    answer.set("iss", token->issuer);
    answer.set("aud", audience_of(token->issuer));
    answer.set("iat", to_unix(token->issued));
    answer.set("exp", to_unix(token->expires));
  }
  effects.reply = api::Reply::json(answer.text());
  forbid_caching(effects.reply);
  return effects;
}

}  // namespace

void declare_introspection(api::Registry& registry, const Services& services) {
  registry.bind(
      contract::Op::IntrospectOauthToken,
      [key = TokenKey(services.secrets)](const Call& call, const store::Snapshot& snapshot) {
        return introspect(key, call, snapshot);
      });
}

}  // namespace tandem::products::oauth
