#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/assert.h"
#include "telephony/rtp/bytes.h"
#include "telephony/rtp/srtp_cipher_impl.h"

namespace tandem::rtp {
namespace {

constexpr int kGcmTagBytes = 16;

const EVP_CIPHER* cipher_of(const SrtpSuiteFacts& suite) {
  if (suite.aead) return suite.key_bytes == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  return suite.key_bytes == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
}

}  // namespace

void SrtpCipher::Free::operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }

SrtpCipher::SrtpCipher(const SrtpKey& master, bool rtcp)
    : aead_(facts(master.suite()).aead), rtcp_(rtcp) {
  SrtpSessionKeys keys = derive_session_keys(master, rtcp);
  const auto& suite = facts(master.suite());
  salt_ = keys.salt;
  context_.reset(EVP_CIPHER_CTX_new());
  bool ready = EVP_EncryptInit_ex(context_.get(), cipher_of(suite), nullptr, keys.cipher.data(),
                                  nullptr) == 1;
  if (aead_) {
    opening_.reset(EVP_CIPHER_CTX_new());
    ready = ready && EVP_DecryptInit_ex(opening_.get(), cipher_of(suite), nullptr,
                                        keys.cipher.data(), nullptr) == 1;
  } else {
    hmac_.emplace(keys.authentication);
  }
  OPENSSL_cleanse(&keys, sizeof keys);
  TANDEM_ASSERT(ready);
}

SrtpCipher::Nonce SrtpCipher::counter_nonce(uint32_t ssrc, uint64_t index) const {
  // RFC 3711 section 4.1.1: salt * 2^16 xor ssrc * 2^64 xor index * 2^16.
  Nonce nonce{};
  std::copy(salt_.begin(), salt_.end(), nonce.bytes);
  for (size_t i = 0; i < 4; ++i) nonce.bytes[4 + i] ^= static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  for (size_t i = 0; i < 6; ++i) nonce.bytes[8 + i] ^= static_cast<uint8_t>(index >> (40 - 8 * i));
  return nonce;
}

SrtpCipher::Nonce SrtpCipher::gcm_nonce(uint32_t ssrc, uint64_t index) const {
  // RFC 7714 sections 8.1 and 9.1: two zero bytes, ssrc, 48 bits of index (RTCP: 31), xor salt.
  Nonce nonce{};
  write32(nonce.bytes + 2, ssrc);
  if (!rtcp_) write16(nonce.bytes + 6, static_cast<uint16_t>(index >> 32));
  write32(nonce.bytes + 8, static_cast<uint32_t>(index));
  for (size_t i = 0; i < 12; ++i) nonce.bytes[i] ^= salt_[i];
  return nonce;
}

void SrtpCipher::crypt(uint32_t ssrc, uint64_t index, std::span<uint8_t> text) {
  const Nonce nonce = counter_nonce(ssrc, index);
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.bytes) == 1 &&
      EVP_EncryptUpdate(context_.get(), text.data(), &written, text.data(),
                        static_cast<int>(text.size())) == 1;
  TANDEM_ASSERT(done);
}

void SrtpCipher::start_gcm(bool encrypt, uint32_t ssrc, uint64_t index,
                           std::span<const uint8_t> aad, std::span<const uint8_t> extra) {
  const Nonce nonce = gcm_nonce(ssrc, index);
  EVP_CIPHER_CTX* context = encrypt ? context_.get() : opening_.get();
  int written = 0;
  bool done = EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce.bytes, encrypt) == 1;
  for (const auto part : {aad, extra}) {
    if (part.empty()) continue;
    done = done && EVP_CipherUpdate(context, nullptr, &written, part.data(),
                                    static_cast<int>(part.size())) == 1;
  }
  TANDEM_ASSERT(done);
}

void SrtpCipher::seal(uint32_t ssrc, uint64_t index, std::span<const uint8_t> aad,
                      std::span<const uint8_t> extra, std::span<uint8_t> text, uint8_t* tag) {
  start_gcm(true, ssrc, index, aad, extra);
  int written = 0;
  bool done = text.empty() || EVP_EncryptUpdate(context_.get(), text.data(), &written, text.data(),
                                                static_cast<int>(text.size())) == 1;
  done = done && EVP_EncryptFinal_ex(context_.get(), text.data() + text.size(), &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes, tag) == 1;
  TANDEM_ASSERT(done);
}

bool SrtpCipher::open(uint32_t ssrc, uint64_t index, std::span<const uint8_t> aad,
                      std::span<const uint8_t> extra, std::span<uint8_t> text, uint8_t* tag) {
  start_gcm(false, ssrc, index, aad, extra);
  int written = 0;
  const bool done =
      (text.empty() || EVP_DecryptUpdate(opening_.get(), text.data(), &written, text.data(),
                                         static_cast<int>(text.size())) == 1) &&
      EVP_CIPHER_CTX_ctrl(opening_.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes, tag) == 1;
  TANDEM_ASSERT(done);
  return EVP_DecryptFinal_ex(opening_.get(), text.data() + text.size(), &written) == 1;
}

}  // namespace tandem::rtp
