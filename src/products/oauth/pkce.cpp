#include "products/oauth/pkce.h"

#include "api/auth/digest.h"
#include "products/oauth/encoding.h"

namespace tandem::products::oauth {
namespace {

constexpr size_t kMinCharacters = 43;
constexpr size_t kMaxCharacters = 128;

}  // namespace

bool is_challenge(std::string_view challenge) {
  return challenge.size() >= kMinCharacters && challenge.size() <= kMaxCharacters;
}

bool is_answered(std::string_view challenge, std::string_view method, std::string_view verifier) {
  if (verifier.size() < kMinCharacters || verifier.size() > kMaxCharacters) return false;
  if (method != "S256") return verifier == challenge;
  const api::auth::Digest digest = api::auth::sha256(verifier);
  return to_base64url(digest.data(), digest.size()) == challenge;
}

}  // namespace tandem::products::oauth
