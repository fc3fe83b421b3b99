#pragma once

#include <string>
#include <string_view>

namespace tandem::products::networking {

/// A Curve25519 key pair in WireGuard's form: 32 bytes each, base64.
struct KeyPair {
  std::string private_key;
  std::string public_key;
};

KeyPair make_key_pair();
/// Whether `text` is the base64 form of 32 bytes that are no low-order point.
bool is_public_key(std::string_view text);

}  // namespace tandem::products::networking
