#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace tandem::products {
class SecretBox;
}

namespace tandem::products::oauth {

/// The Ed25519 key that access tokens are signed with (JWS with EdDSA, RFC 8037). It is derived
/// from the installation's secret, so it stays the same as long as that is kept.
class TokenKey {
 public:
  explicit TokenKey(const SecretBox& secrets);
  TokenKey(const TokenKey&) = default;
  TokenKey& operator=(const TokenKey&) = default;
  ~TokenKey();

  /// The claims as a signed JWT.
  std::string sign(const json::Value& claims) const;
  /// The claims of a token that this key has signed; nothing for any other text. What the claims
  /// say (when it ends, say) is not looked at.
  std::optional<json::Value> verify(std::string_view token) const;
  /// The public half as a JSON Web Key (RFC 7517).
  json::Value jwk() const;

 private:
  std::array<uint8_t, 64> secret_{};  // libsodium's form: seed, then public key
  std::array<uint8_t, 32> public_{};
  std::string id_;      // RFC 7638 thumbprint
  std::string header_;  // of every token, encoded
};

}  // namespace tandem::products::oauth
