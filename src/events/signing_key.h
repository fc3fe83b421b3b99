#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace tandem::events {

/// The platform's Ed25519 key (RFC 8032): every webhook is signed with it, and the public half is
/// what customers verify with.
class SigningKey {
 public:
  static constexpr size_t kSeedBytes = 32;

  /// Reads `<data_dir>/webhook_signing.key` (base64 of the seed), or makes it, readable by its
  /// owner only. A file that others can read is closed to them and logged.
  static Result<SigningKey> open(const std::string& data_dir);
  /// The key that a seed stands for.
  static SigningKey from_seed(std::span<const uint8_t, kSeedBytes> seed);

  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey();

  /// Base64 of the 32 bytes: the form in which official clients take it.
  std::string public_key() const;
  /// Base64 of the signature over `timestamp|body`.
  std::string sign(std::string_view timestamp, std::string_view body) const;

 private:
  SigningKey() = default;
  std::array<uint8_t, 64> secret_{};  // libsodium's form: seed, then public key
};

}  // namespace tandem::events
