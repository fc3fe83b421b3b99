#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "products/oauth/refusal.h"
#include "products/oauth/scopes.h"

namespace tandem::products::oauth {

/// A program that may be given tokens, as it is stored.
struct Client {
  std::string id;
  std::string account;  // its owner; empty for one that registered itself
  json::Value fields;   // members of the contract's OAuthClient

  bool is_public() const { return fields["client_type"].string() == "public"; }
  /// Public clients have no secret, so only PKCE tells them from whoever caught their code.
  bool needs_pkce() const { return is_public() || fields["require_pkce"].boolean(); }
  bool may_use(std::string_view grant_type) const;
  bool may_redirect_to(std::string_view uri) const;
  Scopes scopes() const { return scopes_of(fields["allowed_scopes"]); }
};

/// Anybody's client; nothing when there is none of that id.
std::optional<Client> find_client(const store::Snapshot& snapshot, std::string_view id);

/// The client that a request comes from: by HTTP Basic, or by client_id and client_secret in the
/// body (RFC 6749 section 2.3.1). A public client only names itself. 401 invalid_client else.
Result<Client, Refusal> authenticate_client(const api::Call& call, const store::Snapshot& snapshot);

/// A secret of 256 bits for a client that can keep it; `fields` keeps its digest only. Empty for
/// public clients.
std::string give_secret(Ids& ids, json::Value& fields);

/// What is wrong with a client's fields: the member's name and a sentence.
struct Flaw {
  std::string member;
  std::string description;
};
std::optional<Flaw> find_flaw(const json::Value& fields);

}  // namespace tandem::products::oauth
