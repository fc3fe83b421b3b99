#pragma once

#include <optional>
#include <string>

#include "api/auth/authenticator.h"
#include "products/common/secret_box.h"

/// Who asks the object store: requests signed as Amazon's are (SigV4), and links to one object that
/// need no login.
namespace tandem::products::storage {

/// Whether the request is one to the object store: it is signed by AWS4-HMAC-SHA256, in a field or
/// in its query, or it has the token of a link.
bool is_storage_request(const http::RequestHead& head);

/// The token of a link, and the query parameter it stands in.
inline constexpr std::string_view kTokenParameter = "tandem-token";
struct ObjectLink {
  std::string account;
  std::string path;  // "/<bucket>/<key>", encoded as in the link
  WallTime expires{};
};
std::string make_token(const SecretBox& secrets, const ObjectLink& link);
std::optional<ObjectLink> read_token(const SecretBox& secrets, std::string_view token);

/// SigV4 with an API key as both halves of the key: as key id and as secret. The platform keeps
/// digests of keys only, and learns the key from the request, as it does from a Bearer token.
class SignedRequests final : public api::auth::Authenticator {
 public:
  explicit SignedRequests(const SecretBox& secrets) : secrets_(secrets) {}
  std::string_view credentials(const http::RequestHead& head) const override;
  std::optional<api::auth::Recognised> recognise(const http::RequestHead& head,
                                                 std::string_view credentials,
                                                 const store::Snapshot& snapshot,
                                                 WallTime now) const override;

 private:
  const SecretBox& secrets_;
};

}  // namespace tandem::products::storage
