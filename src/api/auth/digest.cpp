#include "api/auth/digest.h"

#include <cstring>
#include <memory>

#include <openssl/evp.h>

#include "core/assert.h"

namespace tandem::api::auth {

Digest sha256(std::string_view text) {
  // Fetched once: OpenSSL 3 takes locks and 200 ns for each fetch.
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  Digest digest;
  unsigned size = 0;
  const bool done = EVP_DigestInit_ex2(context.get(), kAlgorithm, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  TANDEM_ASSERT(done && size == digest.size());
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
