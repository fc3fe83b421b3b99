#include <string>
#include <utility>

#include "api/auth/digest.h"
#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/secret_box.h"
#include "products/common/steps.h"
#include "products/oauth/client.h"
#include "products/oauth/consent.h"
#include "products/oauth/oauth.h"
#include "products/oauth/pkce.h"

// The way to an authorization code (RFC 6749 section 4.1): a browser brings the client's wish, a
// person looks at it and decides, the browser takes the code back to the client.

namespace tandem::products::oauth {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kForgetCode = "oauth.forget_code";
constexpr auto kCodeTime = std::chrono::minutes(10);
constexpr size_t kCodeCharacters = 43;  // 256 bits
constexpr size_t kMaxStateBytes = 2'000;

Outcome page(int status, const char* sentence) {
  Effects effects;
  effects.reply = api::Reply::text(
      "<!doctype html><title>Authorization</title><p>" + std::string(sentence) + "</p>\n",
      "text/html; charset=utf-8", status);
  return effects;
}

Outcome go_to(const std::string& url) {
  Effects effects;
  effects.reply.status = 302;
  effects.reply.content_type.clear();
  effects.reply.headers.add("location", url);
  forbid_caching(effects.reply);
  return effects;
}

/// Back to the client with an error (section 4.1.2.1).
std::string error_redirect(const Consent& consent, const char* error, const char* description) {
  std::string uri = with_parameter(consent.redirect_uri, "error", error);
  uri = with_parameter(std::move(uri), "error_description", description);
  return with_parameter(std::move(uri), "state", consent.state);
}

Outcome send_back(const Consent& consent, const char* error, const char* description) {
  return go_to(error_redirect(consent, error, description));
}

Consent read_wish(const Call& call) {
  Consent wish;
  wish.client = call.query.get("client_id");
  wish.redirect_uri = call.query.get("redirect_uri");
  wish.state = call.query.get("state");
  wish.challenge = call.query.get("code_challenge");
  wish.method = call.query.get("code_challenge_method");
  if (wish.method.empty()) wish.method = "plain";  // RFC 7636 section 4.3
  wish.until = call.now + kConsentTime;
  return wish;
}

Outcome authorize(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  Consent wish = read_wish(call);
  const auto client = find_client(snapshot, wish.client);
  if (!client) return page(404, "There is no client of this id.");
  // Never sent to an address that the client did not name before.
  if (!client->may_redirect_to(wish.redirect_uri)) {
    return page(422, "This is none of the client's redirect URIs.");
  }
  if (wish.state.size() > kMaxStateBytes) return page(400, "The state is too long.");
  if (!client->may_use("authorization_code")) {
    return send_back(wish, "unauthorized_client", "The client may not use this grant type.");
  }
  if (wish.challenge.empty() && client->needs_pkce()) {
    return send_back(wish, "invalid_request", "This client must send a code_challenge.");
  }
  if (!wish.challenge.empty() && !is_challenge(wish.challenge)) {
    return send_back(wish, "invalid_request", "The code_challenge has 43 to 128 characters.");
  }
  auto scopes = choose_scopes(call.query.get("scope"), client->scopes());
  if (!scopes) return send_back(wish, "invalid_scope", "The client may not ask for this scope.");
  wish.scopes = std::move(*scopes);
  const std::string consent_page = std::string(call.base_url).append(kConsentPage);
  return go_to(with_parameter(consent_page, "consent_token", seal_consent(secrets, wish)));
}

/// The wish of a consent token with its client; nothing when either is gone.
std::optional<std::pair<Consent, Client>> find_wish(const SecretBox& secrets, const Call& call,
                                                    const store::Snapshot& snapshot,
                                                    std::string_view token) {
  auto wish = open_consent(secrets, token, call.now);
  if (!wish) return std::nullopt;
  auto client = find_client(snapshot, wish->client);
  if (!client || !client->may_redirect_to(wish->redirect_uri)) return std::nullopt;
  return std::pair{std::move(*wish), std::move(*client)};
}

Outcome no_wish() {
  return refused(422, "invalid_request", "The consent token is not valid or no longer so.");
}

Outcome show_wish(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  const auto found = find_wish(secrets, call, snapshot, call.param("consent_token"));
  if (!found) return no_wish();
  const auto& [wish, client] = *found;
  json::Value scopes = json::Value::array();
  const json::Value known = known_scopes();
  for (const json::Value& scope : known.items()) {
    if (contains(wish.scopes, scope["id"].string())) scopes.push(scope);
  }
  Effects effects;
  effects.reply = api::Reply::data(json::Value::object({{"client_id", client.id},
                                                        {"name", client.fields["name"]},
                                                        {"logo_uri", client.fields["logo_uri"]},
                                                        {"policy_uri", client.fields["policy_uri"]},
                                                        {"tos_uri", client.fields["tos_uri"]},
                                                        {"redirect_uri", wish.redirect_uri},
                                                        {"requested_scopes", std::move(scopes)},
                                                        {"verified", false}}));
  return effects;
}

/// Keeps that the account consented, and a code for the client to fetch its first token with.
std::string give_code(const api::ResourceEngine& grants, const Call& call, const Consent& wish,
                      Effects& effects) {
  const json::Value grant = grants.make(
      {call.now, call.ids},
      json::Value::object({{"client_id", wish.client}, {"scopes", as_array(wish.scopes)}}));
  grants.put_new(call.account.id, call.now, grant, effects);
  std::string code = call.ids.token(kCodeCharacters);
  const std::string key = api::auth::to_hex(api::auth::sha256(code));
  effects.put(std::string(kCodes), key, call.account.id,
              json::Value::object({{"client_id", wish.client},
                                   {"redirect_uri", wish.redirect_uri},
                                   {"scopes", as_array(wish.scopes)},
                                   {"challenge", wish.challenge},
                                   {"method", wish.method},
                                   {"grant_id", grant["id"]},
                                   {"expires_at", to_iso8601(call.now + kCodeTime)},
                                   {"used", false}}),
              store::kNew, call.now);
  effects.timers.push_back(document_timer(kForgetCode, key, call.account.id, call.now + kCodeTime));
  return code;
}

Outcome decide_wish(const SecretBox& secrets, const api::Registry& registry, const Call& call,
                    const store::Snapshot& snapshot) {
  const auto found = find_wish(secrets, call, snapshot, call.body["consent_token"].string());
  if (!found) return no_wish();
  const Consent& wish = found->first;
  Effects effects;
  std::string uri;
  if (call.body["allowed"].boolean()) {
    const std::string code = give_code(*registry.engine(kGrants), call, wish, effects);
    uri = with_parameter(with_parameter(wish.redirect_uri, "code", code), "state", wish.state);
  } else {
    uri = error_redirect(wish, "access_denied", "The account's owner did not consent.");
  }
  effects.reply = api::Reply::json(json::Value::object({{"redirect_uri", uri}}).text());
  forbid_caching(effects.reply);
  return effects;
}

Effects forget_code(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  if (const auto code = step_document(step, snapshot, kCodes)) {
    effects.remove(std::string(kCodes), code->row.id);
  }
  return effects;
}

}  // namespace

void declare_authorization(api::Registry& registry, const Services& services) {
  const SecretBox& secrets = services.secrets;
  registry.collection({std::string(kCodes), {}});
  registry.workflow(std::string(kForgetCode), forget_code);
  registry.bind(contract::Op::AuthorizeOauthClient,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return authorize(secrets, call, snapshot);
                });
  registry.bind(contract::Op::GetOauthConsent,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return show_wish(secrets, call, snapshot);
                });
  registry.bind(contract::Op::CreateOauthGrant,
                [&secrets, &registry](const Call& call, const store::Snapshot& snapshot) {
                  return decide_wish(secrets, registry, call, snapshot);
                });
}

}  // namespace tandem::products::oauth
