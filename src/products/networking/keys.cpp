#include "products/networking/keys.h"

#include <array>

#include <sodium.h>

#include "core/assert.h"

namespace tandem::products::networking {
namespace {

constexpr size_t kKeyBytes = crypto_scalarmult_curve25519_BYTES;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;
using Key = std::array<uint8_t, kKeyBytes>;

std::string to_base64(const Key& key) {
  std::string text(sodium_base64_ENCODED_LEN(kKeyBytes, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), key.data(), key.size(), kBase64);
  text.pop_back();  // the terminating zero
  return text;
}

}  // namespace

KeyPair make_key_pair() {
  Key secret;
  Key open;
  randombytes_buf(secret.data(), secret.size());
  // The clamping every WireGuard tool applies, so that the key reads the same everywhere.
  secret[0] &= 248;
  secret[31] = static_cast<uint8_t>((secret[31] & 127) | 64);
  const int failed = crypto_scalarmult_curve25519_base(open.data(), secret.data());
  TANDEM_ASSERT(failed == 0);
  KeyPair pair{to_base64(secret), to_base64(open)};
  sodium_memzero(secret.data(), secret.size());
  return pair;
}

bool is_public_key(std::string_view text) {
  Key key;
  size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(key.data(), key.size(), text.data(), text.size(), nullptr, &size, &end,
                        kBase64) != 0 ||
      size != kKeyBytes || end != text.data() + text.size()) {
    return false;
  }
  // Multiplying by any scalar refuses points of low order.
  Key scalar{};
  scalar[0] = 8;
  Key product;
  return crypto_scalarmult_curve25519(product.data(), scalar.data(), key.data()) == 0;
}

}  // namespace tandem::products::networking
