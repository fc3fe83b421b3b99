#include <chrono>
#include <string>

#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/oauth/client.h"
#include "products/oauth/oauth.h"

// Clients that register themselves (RFC 7591).

namespace tandem::products::oauth {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kForget = "oauth.forget_unused_client";
/// How long a client may wait for the first person who consents.
constexpr auto kUnusedTime = std::chrono::days(30);

/// Request members that the client keeps under the same name.
constexpr const char* kTexts[] = {"logo_uri", "policy_uri", "tos_uri"};

/// The client as one that an account made would be kept.
json::Value client_of(const Call& call) {
  const json::View body = call.body;
  json::Value client = json::Value::object({{"client_id", call.ids.uuid()}});
  client.set("name", body["client_name"].string("Unnamed client"));
  const bool is_public = body["token_endpoint_auth_method"].string() == "none";
  client.set("client_type", is_public ? "public" : "confidential");
  client.set("require_pkce", is_public);
  client.set("created_at", to_iso8601(call.now));
  const bool types = body["grant_types"].exists();
  client.set("allowed_grant_types",
             types ? json::Value(body["grant_types"]) : json::Value::array({"authorization_code"}));
  const Scopes scopes = split_scopes(body["scope"].string(kAdmin));
  client.set("allowed_scopes", as_array(scopes));
  const json::View uris = body["redirect_uris"];
  client.set("redirect_uris", uris.exists() ? json::Value(uris) : json::Value::array());
  for (const char* name : kTexts) {
    if (body[name].is_string()) client.set(name, json::Value(body[name]));
  }
  return client;
}

/// What it was registered as (RFC 7591 section 3.2.1).
json::Value answer_of(const Call& call, const json::Value& client, const std::string& secret) {
  const auto issued = std::chrono::floor<std::chrono::seconds>(call.now).time_since_epoch();
  json::Value answer =
      json::Value::object({{"client_id", client["client_id"]},
                           {"client_id_issued_at", static_cast<int64_t>(issued.count())},
                           {"client_name", client["name"]},
                           {"grant_types", client["allowed_grant_types"]},
                           {"redirect_uris", client["redirect_uris"]},
                           {"response_types", json::Value::array({"code"})},
                           {"scope", join(scopes_of(client["allowed_scopes"]))}});
  const std::string_view method =
      call.body["token_endpoint_auth_method"].string("client_secret_basic");
  answer.set("token_endpoint_auth_method", method);
  if (!secret.empty()) {
    answer.set("client_secret", secret);
    answer.set("client_secret_expires_at", 0);
  }
  for (const char* name : kTexts) {
    if (client[name].is_string()) answer.set(name, client[name]);
  }
  return answer;
}

Outcome register_client(const Call& call, const store::Snapshot&) {
  json::Value client = client_of(call);
  if (const auto flaw = find_flaw(client)) {
    const bool uri = flaw->member == "redirect_uris";
    return refused(400, uri ? "invalid_redirect_uri" : "invalid_client_metadata",
                   flaw->description);
  }
  for (const json::View type : call.body["response_types"].items()) {
    if (type.string() == "code") continue;
    return refused(400, "invalid_client_metadata", "The only response type is 'code'.");
  }
  // Its credentials would open nobody's account.
  if (contains(scopes_of(client["allowed_grant_types"]), "client_credentials")) {
    return refused(400, "invalid_client_metadata",
                   "Clients with client_credentials are made by an account.");
  }
  const std::string secret = give_secret(call.ids, client);
  const std::string id(client["client_id"].string());
  Effects effects;
  effects.put(std::string(kRegisteredClients), id, {}, client, store::kNew, call.now);
  effects.timers.push_back(document_timer(kForget, id, {}, call.now + kUnusedTime));
  effects.reply = api::Reply::json(answer_of(call, client, secret).text(), 201);
  forbid_caching(effects.reply);
  return effects;
}

Effects forget_unused(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const auto client = step_document(step, snapshot, kRegisteredClients);
  if (!client) return effects;
  store::Query query;
  query.collection = std::string(kGrants);
  query.where = {{"client_id", store::Compare::Eq, {client->row.id}}};
  query.limit = 1;
  if (snapshot.list(query).rows.empty()) {
    effects.remove(std::string(kRegisteredClients), client->row.id);
  }
  return effects;
}

}  // namespace

void declare_registration(api::Registry& registry) {
  registry.collection({std::string(kRegisteredClients), {}});
  registry.bind(contract::Op::RegisterOauthClient, register_client);
  registry.workflow(std::string(kForget), forget_unused);
}

}  // namespace tandem::products::oauth
