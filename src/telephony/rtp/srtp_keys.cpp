#include "telephony/rtp/srtp_keys.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/assert.h"

namespace tandem::rtp {
namespace {

constexpr SrtpSuiteFacts kSuites[] = {
    {SrtpSuite::AesCm128HmacSha1_80, "AES_CM_128_HMAC_SHA1_80", false, 16, 14, 10, 10},
    {SrtpSuite::AesCm128HmacSha1_32, "AES_CM_128_HMAC_SHA1_32", false, 16, 14, 4, 10},
    {SrtpSuite::AesCm256HmacSha1_80, "AES_256_CM_HMAC_SHA1_80", false, 32, 14, 10, 10},
    {SrtpSuite::AesCm256HmacSha1_32, "AES_256_CM_HMAC_SHA1_32", false, 32, 14, 4, 10},
    {SrtpSuite::AeadAes128Gcm, "AEAD_AES_128_GCM", true, 16, 12, 16, 16},
    {SrtpSuite::AeadAes256Gcm, "AEAD_AES_256_GCM", true, 32, 12, 16, 16},
};
constexpr size_t kMaxTagDigits = 9;

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

/// The pseudo-random function of RFC 3711 section 4.3.3: the key stream at `label` xor the salt.
void derive(const SrtpKey& master, uint8_t label, std::span<uint8_t> out) {
  uint8_t counter[16] = {};
  const auto salt = master.salt();
  std::copy(salt.begin(), salt.end(), counter);
  counter[7] ^= label;

  const EVP_CIPHER* cipher = master.key().size() == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
  const std::unique_ptr<EVP_CIPHER_CTX, CipherFree> context(EVP_CIPHER_CTX_new());
  const uint8_t zeros[32] = {};
  TANDEM_ASSERT(out.size() <= sizeof zeros);
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex(context.get(), cipher, nullptr, master.key().data(), counter) == 1 &&
      EVP_EncryptUpdate(context.get(), out.data(), &written, zeros, static_cast<int>(out.size())) ==
          1;
  TANDEM_ASSERT(done);
}

std::string_view next_word(std::string_view& text) {
  const size_t start = std::min(text.find_first_not_of(' '), text.size());
  const size_t end = std::min(text.find(' ', start), text.size());
  const std::string_view word = text.substr(start, end - start);
  text.remove_prefix(end);
  return word;
}

/// Strict base64 into at most SrtpKey::kMaxBytes + 2 bytes; the count, nothing when malformed.
std::optional<size_t> decode_base64(std::string_view text, std::span<uint8_t> out) {
  if (text.empty() || text.size() % 4 != 0 || text.size() / 4 * 3 > out.size()) return std::nullopt;
  const int bytes = EVP_DecodeBlock(out.data(), reinterpret_cast<const uint8_t*>(text.data()),
                                    static_cast<int>(text.size()));
  if (bytes < 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  return static_cast<size_t>(bytes) - padding;
}

/// The key behind `inline:`; a lifetime may follow, a master key identifier may not.
Result<SrtpKey> parse_inline_key(SrtpSuite suite, std::string_view text) {
  constexpr std::string_view kMethod = "inline:";
  if (!text.starts_with(kMethod)) return fail("crypto: unknown key method");
  text.remove_prefix(kMethod.size());
  if (text.find(';') != text.npos) return fail("crypto: several keys are not supported");
  const size_t bar = text.find('|');
  if (bar != text.npos && text.find(':', bar) != text.npos) {
    return fail("crypto: master key identifiers are not supported");
  }
  uint8_t bytes[SrtpKey::kMaxBytes + 2];
  const auto count = decode_base64(text.substr(0, bar), bytes);
  if (!count) return fail("crypto: the key is not base64");
  auto key = SrtpKey::from_bytes(suite, {bytes, *count});
  OPENSSL_cleanse(bytes, sizeof bytes);
  return key;
}

}  // namespace

const SrtpSuiteFacts& facts(SrtpSuite suite) { return kSuites[static_cast<size_t>(suite)]; }

std::optional<SrtpSuite> srtp_suite(std::string_view name) {
  for (const auto& row : kSuites) {
    if (row.name == name) return row.suite;
  }
  return std::nullopt;
}

Result<SrtpKey> SrtpKey::from_bytes(SrtpSuite suite, std::span<const uint8_t> key_and_salt) {
  const auto& row = facts(suite);
  if (key_and_salt.size() != row.key_bytes + row.salt_bytes) {
    return fail("crypto: the key has the wrong length for its suite");
  }
  SrtpKey key(suite);
  std::copy(key_and_salt.begin(), key_and_salt.end(), key.bytes_.begin());
  return key;
}

SrtpKey SrtpKey::generate(SrtpSuite suite, Random& random) {
  SrtpKey key(suite);
  const auto& row = facts(suite);
  random.fill(std::span(key.bytes_).first(row.key_bytes + row.salt_bytes));
  return key;
}

SrtpKey::~SrtpKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::span<const uint8_t> SrtpKey::key() const {
  return std::span(bytes_).first(facts(suite_).key_bytes);
}

std::span<const uint8_t> SrtpKey::salt() const {
  return std::span(bytes_).subspan(facts(suite_).key_bytes, facts(suite_).salt_bytes);
}

std::span<const uint8_t> SrtpKey::key_and_salt() const {
  return std::span(bytes_).first(facts(suite_).key_bytes + facts(suite_).salt_bytes);
}

bool operator==(const SrtpKey& a, const SrtpKey& b) {
  return a.suite_ == b.suite_ &&
         CRYPTO_memcmp(a.bytes_.data(), b.bytes_.data(), SrtpKey::kMaxBytes) == 0;
}

Result<CryptoAttribute> CryptoAttribute::parse(std::string_view value) {
  const std::string_view tag_text = next_word(value);
  uint32_t tag = 0;
  const auto [end, error] =
      std::from_chars(tag_text.data(), tag_text.data() + tag_text.size(), tag);
  if (error != std::errc{} || end != tag_text.data() + tag_text.size() ||
      tag_text.size() > kMaxTagDigits) {
    return fail("crypto: the tag is not a number");
  }
  const auto suite = srtp_suite(next_word(value));
  if (!suite) return fail("crypto: unknown suite");
  auto key = parse_inline_key(*suite, next_word(value));
  if (!key) return tl::unexpected(key.error());
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (word.starts_with("UNENCRYPTED_") || word.starts_with("UNAUTHENTICATED_") ||
        word.starts_with("KDR=") || word.starts_with("FEC_")) {
      return fail("crypto: session parameter not supported");
    }
  }
  return CryptoAttribute{tag, *key};
}

std::string CryptoAttribute::text() const {
  uint8_t base64[SrtpKey::kMaxBytes * 4 / 3 + 8];
  const auto bytes = key.key_and_salt();
  const int length = EVP_EncodeBlock(base64, bytes.data(), static_cast<int>(bytes.size()));
  std::string out = std::to_string(tag);
  out += ' ';
  out += facts(key.suite()).name;
  out += " inline:";
  out.append(reinterpret_cast<const char*>(base64), static_cast<size_t>(length));
  return out;
}

SrtpSessionKeys derive_session_keys(const SrtpKey& master, bool rtcp) {
  const auto& row = facts(master.suite());
  const uint8_t first = rtcp ? 3 : 0;
  SrtpSessionKeys keys;
  derive(master, first, std::span(keys.cipher).first(row.key_bytes));
  if (!row.aead) derive(master, first + 1, keys.authentication);
  derive(master, first + 2, std::span(keys.salt).first(row.salt_bytes));
  return keys;
}

}  // namespace tandem::rtp
