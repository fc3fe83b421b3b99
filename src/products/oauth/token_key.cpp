#include "products/oauth/token_key.h"

#include <sodium.h>

#include "api/auth/digest.h"
#include "core/assert.h"
#include "products/common/secret_box.h"
#include "products/oauth/encoding.h"

namespace tandem::products::oauth {
namespace {

constexpr std::string_view kPurpose = "oauth token key";

const uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

/// RFC 7638: the digest of the required members in the order of their names.
std::string thumbprint(const std::string& x) {
  const std::string members = R"({"crv":"Ed25519","kty":"OKP","x":")" + x + R"("})";
  const api::auth::Digest digest = api::auth::sha256(members);
  return to_base64url(digest.data(), digest.size());
}

}  // namespace

TokenKey::TokenKey(const SecretBox& secrets) {
  static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_PUBLICKEYBYTES == 32);
  static_assert(crypto_sign_SEEDBYTES == 32);
  std::string seed = secrets.sign("seed", kPurpose);
  crypto_sign_seed_keypair(public_.data(), secret_.data(), bytes(seed));
  sodium_memzero(seed.data(), seed.size());
  id_ = thumbprint(to_base64url(public_.data(), public_.size()));
  const json::Value header =
      json::Value::object({{"alg", "EdDSA"}, {"typ", "at+jwt"}, {"kid", id_}});
  header_ = to_base64url(header.text());
}

TokenKey::~TokenKey() { sodium_memzero(secret_.data(), secret_.size()); }

std::string TokenKey::sign(const json::Value& claims) const {
  std::string token = header_ + "." + to_base64url(claims.text());
  std::array<uint8_t, crypto_sign_BYTES> signature;
  crypto_sign_detached(signature.data(), nullptr, bytes(token), token.size(), secret_.data());
  return token + "." + to_base64url(signature.data(), signature.size());
}

std::optional<json::Value> TokenKey::verify(std::string_view token) const {
  // Ours all have the same header: whatever else one says (another algorithm, none) is not ours.
  const size_t claims_at = header_.size() + 1;
  const size_t dot = token.rfind('.');
  const bool ours = token.starts_with(header_) && dot != token.npos && dot > claims_at &&
                    token[header_.size()] == '.';
  if (!ours) return std::nullopt;
  const auto signature = from_base64url(token.substr(dot + 1));
  if (!signature || signature->size() != crypto_sign_BYTES) return std::nullopt;
  if (crypto_sign_verify_detached(bytes(*signature), bytes(token), dot, public_.data()) != 0) {
    return std::nullopt;
  }
  const auto text = from_base64url(token.substr(claims_at, dot - claims_at));
  auto claims = json::Value::parse(text.value_or(""));
  if (!claims) return std::nullopt;
  return std::move(*claims);
}

json::Value TokenKey::jwk() const {
  return json::Value::object({{"kty", "OKP"},
                              {"crv", "Ed25519"},
                              {"alg", "EdDSA"},
                              {"use", "sig"},
                              {"kid", id_},
                              {"x", to_base64url(public_.data(), public_.size())}});
}

}  // namespace tandem::products::oauth
