#include "api/auth/digest.h"

#include <cstring>

#include <openssl/evp.h>

#include "core/assert.h"

namespace tandem::api::auth {

Digest sha256(std::string_view text) {
  // Fetched once: OpenSSL 3 takes locks and 200 ns for each fetch.
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest;
  unsigned size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, kAlgorithm, nullptr);
  TANDEM_ASSERT(done == 1 && size == digest.size());
  return digest;
}

std::string to_hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

size_t DigestHash::operator()(const Digest& digest) const {
  size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

}  // namespace tandem::api::auth
