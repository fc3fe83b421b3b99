#include <string>
#include <utility>

#include "api/auth/digest.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/oauth/access_token.h"
#include "products/oauth/client.h"
#include "products/oauth/oauth.h"
#include "products/oauth/pkce.h"

// The token endpoint (RFC 6749 sections 4.1.3, 4.4 and 6).

namespace tandem::products::oauth {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kForgetToken = "oauth.forget_refresh_token";
constexpr auto kRefreshTime = std::chrono::days(30);
constexpr size_t kRefreshCharacters = 43;  // 256 bits

/// What a client shall be given.
struct Issue {
  std::string account;
  std::string grant;  // empty: the client acts for itself, and needs no refresh token
  Scopes scopes;
};
using Issued = Result<Issue, Refusal>;

tl::unexpected<Refusal> refuse(std::string error, std::string description) {
  return tl::unexpected(Refusal{400, std::move(error), std::move(description)});
}

/// A code or refresh token as it was kept.
struct Kept {
  store::Row row;
  json::Value fields;
  std::string grant() const { return std::string(fields["grant_id"].string()); }
  bool is_for(const Client& client, WallTime now) const {
    const auto expires = parse_iso8601(fields["expires_at"].string());
    return fields["client_id"].string() == client.id && expires && *expires > now;
  }
};

std::optional<Kept> find_kept(const store::Snapshot& snapshot, std::string_view collection,
                              std::string_view secret) {
  auto row = snapshot.get(collection, api::auth::to_hex(api::auth::sha256(secret)));
  if (!row) return std::nullopt;
  json::Value fields = api::document_of(*row);
  return Kept{std::move(*row), std::move(fields)};
}

/// Marks it as used. One that was used before has fallen into other hands, so that what was
/// consented to ends (RFC 9700 sections 2.1.1 and 4.14.2).
bool use_up(Kept& kept, std::string_view collection, Effects& effects) {
  if (kept.fields["used"].boolean()) {
    effects.remove(std::string(kGrants), kept.grant());
    return false;
  }
  kept.fields.set("used", true);
  effects.put(std::string(collection), kept.row.id, kept.row.account, kept.fields,
              kept.row.revision);
  return true;
}

/// Notes that the grant was used; false when it was revoked.
bool touch_grant(const Call& call, const store::Snapshot& snapshot, const Kept& kept,
                 Effects& effects) {
  const auto row = snapshot.get(kGrants, kept.grant());
  if (!row) return false;
  json::Value grant = api::document_of(*row);
  grant.set("last_used_at", to_iso8601(call.now));
  effects.put(std::string(kGrants), row->id, row->account, grant, row->revision);
  return true;
}

Issued by_credentials(const Call& call, const Client& client) {
  if (client.is_public() || client.account.empty()) {
    return refuse("unauthorized_client", "A client acts for itself only when an account made it.");
  }
  auto scopes = choose_scopes(call.body["scope"].string(), client.scopes());
  if (!scopes) return refuse("invalid_scope", "The client may not ask for this scope.");
  return Issue{client.account, {}, std::move(*scopes)};
}

Issued by_code(const Call& call, const store::Snapshot& snapshot, const Client& client,
               Effects& effects) {
  if (!call.body["code"].is_string()) return refuse("invalid_request", "There is no code.");
  auto code = find_kept(snapshot, kCodes, call.body["code"].string());
  const auto wrong = [] {
    return refuse("invalid_grant", "The code is not valid, was used, or is not this client's.");
  };
  if (!code || !code->is_for(client, call.now)) return wrong();
  const json::Value& fields = std::as_const(code->fields);
  if (fields["redirect_uri"].string() != call.body["redirect_uri"].string()) {
    return refuse("invalid_grant", "The redirect_uri is not that of the authorization request.");
  }
  const std::string challenge(fields["challenge"].string());
  const std::string_view verifier = call.body["code_verifier"].string();
  if (challenge.empty() != verifier.empty() ||
      (!challenge.empty() && !is_answered(challenge, fields["method"].string(), verifier))) {
    return refuse("invalid_grant", "The code_verifier does not fit the code_challenge.");
  }
  if (!use_up(*code, kCodes, effects)) return wrong();
  if (!touch_grant(call, snapshot, *code, effects)) return wrong();
  return Issue{code->row.account, code->grant(), scopes_of(fields["scopes"])};
}

Issued by_refresh_token(const Call& call, const store::Snapshot& snapshot, const Client& client,
                        Effects& effects) {
  if (!call.body["refresh_token"].is_string()) {
    return refuse("invalid_request", "There is no refresh_token.");
  }
  auto token = find_kept(snapshot, kRefreshTokens, call.body["refresh_token"].string());
  const auto wrong = [] {
    return refuse("invalid_grant",
                  "The refresh token is not valid, was used, or is not this client's.");
  };
  if (!token || !token->is_for(client, call.now)) return wrong();
  auto scopes = choose_scopes(call.body["scope"].string(), scopes_of(token->fields["scopes"]));
  if (!scopes) return refuse("invalid_scope", "This is more than what was granted.");
  if (!use_up(*token, kRefreshTokens, effects)) return wrong();
  if (!touch_grant(call, snapshot, *token, effects)) return wrong();
  return Issue{token->row.account, token->grant(), std::move(*scopes)};
}

Issued decide(const Call& call, const store::Snapshot& snapshot, const Client& client,
              Effects& effects) {
  const std::string_view type = call.body["grant_type"].string();
  if (!client.may_use(type)) {
    return refuse("unauthorized_client", "The client may not use this grant type.");
  }
  if (type == "client_credentials") return by_credentials(call, client);
  if (type == "authorization_code") return by_code(call, snapshot, client, effects);
  return by_refresh_token(call, snapshot, client, effects);
}

/// A refresh token is used once; each answer has the next.
std::string give_refresh_token(const Call& call, const Client& client, const Issue& issue,
                               Effects& effects) {
  std::string token = call.ids.token(kRefreshCharacters);
  const std::string key = api::auth::to_hex(api::auth::sha256(token));
  const WallTime expires = call.now + kRefreshTime;
  effects.put(std::string(kRefreshTokens), key, issue.account,
              json::Value::object({{"client_id", client.id},
                                   {"grant_id", issue.grant},
                                   {"scopes", as_array(issue.scopes)},
                                   {"expires_at", to_iso8601(expires)},
                                   {"used", false}}),
              store::kNew, call.now);
  effects.timers.push_back(document_timer(kForgetToken, key, issue.account, expires));
  return token;
}

api::Reply answer(const TokenKey& key, const Call& call, const Client& client, const Issue& issue,
                  Effects& effects) {
  AccessToken token;
  token.client = client.id;
  token.account = issue.account;
  token.grant = issue.grant;
  token.scopes = issue.scopes;
  token.issuer = call.base_url;
  token.issued = call.now;
  token.expires = call.now + kAccessTime;
  json::Value body = json::Value::object({{"access_token", write_token(key, token, call.ids)},
                                          {"token_type", "Bearer"},
                                          {"expires_in", kAccessTime.count()},
                                          {"scope", join(issue.scopes)}});
  if (!issue.grant.empty() && client.may_use("refresh_token")) {
    body.set("refresh_token", give_refresh_token(call, client, issue, effects));
  }
  api::Reply reply = api::Reply::json(body.text());
  forbid_caching(reply);
  return reply;
}

Outcome exchange(const TokenKey& key, const Call& call, const store::Snapshot& snapshot) {
  Effects effects;
  const auto client = authenticate_client(call, snapshot);
  if (!client) {
    effects.reply = refusal_reply(client.error());
    return effects;
  }
  const auto issue = decide(call, snapshot, *client, effects);
  effects.reply =
      issue ? answer(key, call, *client, *issue, effects) : refusal_reply(issue.error());
  return effects;
}

Effects forget_token(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  if (const auto token = step_document(step, snapshot, kRefreshTokens)) {
    effects.remove(std::string(kRefreshTokens), token->row.id);
  }
  return effects;
}

}  // namespace

void declare_tokens(api::Registry& registry, const Services& services) {
  registry.collection({std::string(kRefreshTokens), {}});
  registry.workflow(std::string(kForgetToken), forget_token);
  registry.bind(
      contract::Op::CreateOauthToken,
      [key = TokenKey(services.secrets)](const Call& call, const store::Snapshot& snapshot) {
        return exchange(key, call, snapshot);
      });
}

}  // namespace tandem::products::oauth
