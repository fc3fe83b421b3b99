#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <openssl/types.h>

#include "telephony/rtp/hmac_sha1.h"
#include "telephony/rtp/srtp_keys.h"

namespace tandem::rtp {

/// The two transforms of SRTP with the session keys of one direction and one of RTP or RTCP. It
/// knows nothing of packets: the caller says what is encrypted and what is only authenticated.
class SrtpCipher {
 public:
  SrtpCipher(const SrtpKey& master, bool rtcp);

  bool aead() const { return aead_; }

  /// Counter mode: turns `text` into its opposite, in place.
  void crypt(uint32_t ssrc, uint64_t index, std::span<uint8_t> text);
  /// The HMAC over both parts.
  HmacSha1::Digest sign(std::span<const uint8_t> message, std::span<const uint8_t> tail) const {
    return hmac_->sign(message, tail);
  }

  /// GCM: encrypts in place and writes 16 bytes of tag. `extra` is authenticated after `aad`.
  void seal(uint32_t ssrc, uint64_t index, std::span<const uint8_t> aad,
            std::span<const uint8_t> extra, std::span<uint8_t> text, uint8_t* tag);
  /// GCM: decrypts in place; false when the tag is wrong.
  bool open(uint32_t ssrc, uint64_t index, std::span<const uint8_t> aad,
            std::span<const uint8_t> extra, std::span<uint8_t> text, uint8_t* tag);

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const;
  };
  struct Nonce {
    uint8_t bytes[16];
  };
  Nonce counter_nonce(uint32_t ssrc, uint64_t index) const;
  Nonce gcm_nonce(uint32_t ssrc, uint64_t index) const;
  void start_gcm(bool encrypt, uint32_t ssrc, uint64_t index, std::span<const uint8_t> aad,
                 std::span<const uint8_t> extra);

  bool aead_;
  bool rtcp_;
  std::array<uint8_t, 14> salt_;
  std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
  /// GCM needs its own context for the other direction of work.
  std::unique_ptr<EVP_CIPHER_CTX, Free> opening_;
  std::optional<HmacSha1> hmac_;
};

}  // namespace tandem::rtp
