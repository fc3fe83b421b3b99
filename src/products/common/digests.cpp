#include "products/common/digests.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/assert.h"

namespace tandem::products {
namespace {

constexpr size_t kDigestBytes = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha256(std::string_view text) {
  std::string out(kDigestBytes, '\0');
  const int done =
      EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr,
                 EVP_sha256(), nullptr);
  TANDEM_ASSERT(done == 1);
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::string out(kDigestBytes, '\0');
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text),
                          text.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr);
  TANDEM_ASSERT(made != nullptr);
  return out;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace tandem::products
