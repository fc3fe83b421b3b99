#include <string>

#include "contract/operations.h"
#include "products/oauth/oauth.h"
#include "products/oauth/scopes.h"
#include "products/oauth/token_key.h"

// What clients find out by themselves: RFC 8414, RFC 9728 and the keys of RFC 7517.

namespace tandem::products::oauth {
namespace {

using api::Call;
using api::Outcome;

Outcome answer(const json::Value& object) {
  api::Effects effects;
  effects.reply = api::Reply::json(object.text());
  return effects;
}

Outcome server_metadata(const Call& call, const store::Snapshot&) {
  const std::string base(call.base_url);
  const std::string oauth = base + "/v2/oauth/";
  json::Value scopes = json::Value::array();
  const json::Value known = known_scopes();
  for (const json::Value& scope : known.items()) scopes.push(scope["id"]);
  return answer(json::Value::object(
      {{"issuer", base},
       {"authorization_endpoint", oauth + "authorize"},
       {"token_endpoint", oauth + "token"},
       {"introspection_endpoint", oauth + "introspect"},
       {"registration_endpoint", oauth + "register"},
       {"jwks_uri", oauth + "jwks"},
       {"scopes_supported", std::move(scopes)},
       {"response_types_supported", json::Value::array({"code"})},
       {"grant_types_supported",
        json::Value::array({"authorization_code", "client_credentials", "refresh_token"})},
       {"token_endpoint_auth_methods_supported",
        json::Value::array({"client_secret_basic", "client_secret_post", "none"})},
       {"code_challenge_methods_supported", json::Value::array({"S256", "plain"})}}));
}

Outcome resource_metadata(const Call& call, const store::Snapshot&) {
  const std::string base(call.base_url);
  return answer(json::Value::object(
      {{"resource", base + "/v2"}, {"authorization_servers", json::Value::array({base})}}));
}

}  // namespace

void declare_metadata(api::Registry& registry, const Services& services) {
  registry.bind(contract::Op::GetOauthAuthorizationServerMetadata, server_metadata);
  registry.bind(contract::Op::GetOauthProtectedResourceMetadata, resource_metadata);
  registry.bind(contract::Op::GetOauthJwks,
                [key = TokenKey(services.secrets)](const Call&, const store::Snapshot&) {
                  return answer(json::Value::object({{"keys", json::Value::array({key.jwk()})}}));
                });
}

}  // namespace tandem::products::oauth
