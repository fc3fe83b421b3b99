#include <array>
#include <string>

#include "api/resource_engine.h"
#include "products/oauth/client.h"
#include "products/oauth/oauth.h"

// The clients of an account.

namespace tandem::products::oauth {
namespace {

using api::ApiError;
using api::Draft;

/// Grants that fall with a client in one request; what is left of more has no force either.
constexpr int64_t kMostGrants = 1'000;

Result<void, ApiError> check(const json::Value& client) {
  const auto flaw = find_flaw(client);
  if (!flaw) return {};
  return tl::unexpected(ApiError("10027", flaw->description, "/" + flaw->member).with_status(422));
}

Result<void, ApiError> make_client(const api::Registry& registry, Draft& draft) {
  json::Value& client = draft.document;
  if (auto sound = check(client); !sound) return sound;
  const api::Account& account = draft.call.account;
  client.set("user_id", account.id);
  client.set("org_id", account.parent.empty() ? account.id : account.parent);
  client.set("_verified", false);
  const std::string secret = give_secret(draft.call.ids, client);
  json::Value shown = client;
  if (!secret.empty()) shown.set("client_secret", secret);
  draft.effects.reply = registry.engine(kClients)->reply(draft.call, draft.snapshot, shown);
  forbid_caching(draft.effects.reply);
  return {};
}

/// An update changes what it names, though it is a PUT: its members are all optional.
Result<void, ApiError> change_client(Draft& draft) {
  constexpr std::array kChangeable = {
      "allowed_grant_types", "allowed_scopes", "logo_uri",     "name",
      "policy_uri",          "redirect_uris",  "require_pkce", "tos_uri"};
  for (const char* name : kChangeable) {
    if (!draft.call.body[name].exists()) draft.document.set(name, (*draft.before)[name]);
  }
  return check(draft.document);
}

Result<void, ApiError> drop_grants(Draft& draft) {
  store::Query query;
  query.collection = std::string(kGrants);
  query.where = {
      {"client_id", store::Compare::Eq, {std::string(draft.document["client_id"].string())}}};
  query.limit = kMostGrants;
  for (const store::Row& grant : draft.snapshot.list(query).rows) {
    draft.effects.remove(std::string(kGrants), grant.id);
  }
  return {};
}

}  // namespace

void declare_clients(api::Registry& registry) {
  registry.resource({
      .path = "/oauth_clients",
      .collection = std::string(kClients),
      .record_type = "oauth_client",
      .id_field = "client_id",
      .filters = {{"verified", "_verified"}},
      .immutable = {"client_type"},
      .on_create = [&registry](Draft& draft) { return make_client(registry, draft); },
      .on_update = change_client,
      .on_delete = drop_grants,
  });
  registry.resource({
      .path = "/oauth_grants",
      .collection = std::string(kGrants),
      .record_type = "oauth_grant",
      .indexes = {{.path = "client_id"}},
  });
}

}  // namespace tandem::products::oauth
