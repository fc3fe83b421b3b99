#include "products/oauth/client.h"

#include <algorithm>
#include <array>

#include "api/auth/digest.h"
#include "http/message.h"
#include "products/oauth/encoding.h"
#include "products/oauth/oauth.h"

namespace tandem::products::oauth {
namespace {

constexpr std::string_view kBasic = "Basic ";
constexpr size_t kSecretCharacters = 43;  // 256 bits
constexpr std::string_view kSecretDigest = "_secret_digest";
constexpr size_t kMostRedirects = 100;
constexpr size_t kMaxUriBytes = 2'000;

std::string digest_of(std::string_view secret) {
  return api::auth::to_hex(api::auth::sha256(secret));
}

bool holds(const json::Value& array, std::string_view text) {
  return contains(scopes_of(array), text);
}

struct Credentials {
  std::string id;
  std::string secret;
};

/// Nothing when the request has no `Authorization: Basic`; empty ones when it is malformed.
std::optional<Credentials> basic_credentials(const http::RequestHead& head) {
  std::string_view value = head.headers.get("authorization");
  const bool basic = value.size() > kBasic.size() &&
                     http::equals_ignoring_case(value.substr(0, kBasic.size()), kBasic);
  if (!basic) return std::nullopt;
  const std::string pair = from_base64(value.substr(kBasic.size())).value_or("");
  const size_t colon = std::min(pair.find(':'), pair.size());
  return Credentials{pair.substr(0, colon), pair.substr(std::min(colon + 1, pair.size()))};
}

/// Where a code may be sent: an absolute URI without a fragment (RFC 6749 section 3.1.2) that a
/// browser does not run as a program.
bool is_redirect_uri(std::string_view uri) {
  constexpr std::array<std::string_view, 5> kDangerous = {"javascript", "data", "vbscript", "file",
                                                          "blob"};
  const std::string_view scheme = uri.substr(0, std::min(uri.find(':'), uri.size()));
  if (scheme.empty() || scheme.size() == uri.size() || uri.size() > kMaxUriBytes) return false;
  if (uri.find('#') != uri.npos) return false;
  const bool printable = std::all_of(uri.begin(), uri.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
  return printable && std::none_of(kDangerous.begin(), kDangerous.end(), [&](auto bad) {
           return http::equals_ignoring_case(scheme, bad);
         });
}

}  // namespace

bool Client::may_use(std::string_view grant_type) const {
  return holds(fields["allowed_grant_types"], grant_type);
}

bool Client::may_redirect_to(std::string_view uri) const {
  return holds(fields["redirect_uris"], uri);
}

std::optional<Client> find_client(const store::Snapshot& snapshot, std::string_view id) {
  if (!is_uuid(id)) return std::nullopt;
  auto row = snapshot.get(kClients, id);
  if (!row) row = snapshot.get(kRegisteredClients, id);
  if (!row) return std::nullopt;
  return Client{row->id, row->account, api::document_of(*row)};
}

Result<Client, Refusal> authenticate_client(const api::Call& call,
                                            const store::Snapshot& snapshot) {
  const auto basic = basic_credentials(call.head);
  const Credentials shown =
      basic.value_or(Credentials{std::string(call.body["client_id"].string()),
                                 std::string(call.body["client_secret"].string())});
  auto client = find_client(snapshot, shown.id);
  const bool known = client && (client->is_public() ||
                                client->fields[kSecretDigest].string() == digest_of(shown.secret));
  if (!known) {
    return tl::unexpected(Refusal{401, "invalid_client", "No client has this id and this secret."});
  }
  return std::move(*client);
}

std::string give_secret(Ids& ids, json::Value& fields) {
  if (fields["client_type"].string() == "public") return {};
  std::string secret = ids.token(kSecretCharacters);
  fields.set(kSecretDigest, digest_of(secret));
  return secret;
}

std::optional<Flaw> find_flaw(const json::Value& fields) {
  for (const std::string& scope : scopes_of(fields["allowed_scopes"])) {
    if (!is_known_scope(scope)) return Flaw{"allowed_scopes", "There is no scope of this name."};
  }
  const Scopes uris = scopes_of(fields["redirect_uris"]);
  if (uris.size() > kMostRedirects) return Flaw{"redirect_uris", "These are more than 100."};
  for (const std::string& uri : uris) {
    if (!is_redirect_uri(uri)) {
      return Flaw{"redirect_uris", "A redirect URI is absolute and has no fragment."};
    }
  }
  const json::Value& types = fields["allowed_grant_types"];
  if (holds(types, "authorization_code") && uris.empty()) {
    return Flaw{"redirect_uris", "The authorization code flow needs a redirect URI."};
  }
  if (holds(types, "client_credentials") && fields["client_type"].string() == "public") {
    return Flaw{"allowed_grant_types", "A public client has no credentials of its own."};
  }
  return std::nullopt;
}

}  // namespace tandem::products::oauth
