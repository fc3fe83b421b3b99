// The provider interface of OpenSSL 3 allocates for every message; the plain block functions are
// deprecated but stay, and are a third of the cost.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "telephony/rtp/hmac_sha1.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "core/assert.h"

namespace tandem::rtp {

struct HmacSha1::State {
  SHA_CTX inner;
  SHA_CTX outer;

  ~State() { OPENSSL_cleanse(this, sizeof *this); }
};

HmacSha1::HmacSha1(std::span<const uint8_t> key) : state_(std::make_unique<State>()) {
  TANDEM_ASSERT(key.size() <= SHA_CBLOCK);
  uint8_t inner[SHA_CBLOCK];
  uint8_t outer[SHA_CBLOCK];
  for (size_t i = 0; i < SHA_CBLOCK; ++i) {
    const uint8_t byte = i < key.size() ? key[i] : uint8_t{0};
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5C;
  }
  SHA1_Init(&state_->inner);
  SHA1_Update(&state_->inner, inner, sizeof inner);
  SHA1_Init(&state_->outer);
  SHA1_Update(&state_->outer, outer, sizeof outer);
  OPENSSL_cleanse(inner, sizeof inner);
  OPENSSL_cleanse(outer, sizeof outer);
}

HmacSha1::~HmacSha1() = default;
HmacSha1::HmacSha1(HmacSha1&&) noexcept = default;
HmacSha1& HmacSha1::operator=(HmacSha1&&) noexcept = default;

HmacSha1::Digest HmacSha1::sign(std::span<const uint8_t> message,
                                std::span<const uint8_t> tail) const {
  Digest digest;
  SHA_CTX context = state_->inner;
  SHA1_Update(&context, message.data(), message.size());
  if (!tail.empty()) SHA1_Update(&context, tail.data(), tail.size());
  SHA1_Final(digest.data(), &context);
  context = state_->outer;
  SHA1_Update(&context, digest.data(), digest.size());
  SHA1_Final(digest.data(), &context);
  return digest;
}

}  // namespace tandem::rtp
