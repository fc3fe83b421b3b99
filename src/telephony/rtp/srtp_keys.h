#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/result.h"

namespace tandem::rtp {

/// Cipher suites of SRTP: RFC 4568 section 6.2, RFC 6188, RFC 7714.
enum class SrtpSuite : uint8_t {
  AesCm128HmacSha1_80,
  AesCm128HmacSha1_32,
  AesCm256HmacSha1_80,
  AesCm256HmacSha1_32,
  AeadAes128Gcm,
  AeadAes256Gcm,
};

/// What a suite is made of, lengths in bytes.
struct SrtpSuiteFacts {
  SrtpSuite suite;
  /// As in SDP.
  std::string_view name;
  bool aead;
  size_t key_bytes;
  size_t salt_bytes;
  /// Authentication tag of RTP packets; RTCP carries 10, or 16 with AEAD.
  size_t rtp_tag_bytes;
  size_t rtcp_tag_bytes;
};

const SrtpSuiteFacts& facts(SrtpSuite suite);
std::optional<SrtpSuite> srtp_suite(std::string_view name);

/// The most a packet grows by protection: a 16-byte tag, and the index that SRTCP appends.
inline constexpr size_t kMaxSrtpGrowthBytes = 20;

/// Master key and salt of one direction. Wiped when it goes.
class SrtpKey {
 public:
  static constexpr size_t kMaxBytes = 46;

  /// `key_and_salt` has exactly the length the suite asks for.
  static Result<SrtpKey> from_bytes(SrtpSuite suite, std::span<const uint8_t> key_and_salt);
  static SrtpKey generate(SrtpSuite suite, Random& random);

  SrtpKey(const SrtpKey&) = default;
  SrtpKey& operator=(const SrtpKey&) = default;
  ~SrtpKey();

  SrtpSuite suite() const { return suite_; }
  std::span<const uint8_t> key() const;
  std::span<const uint8_t> salt() const;
  std::span<const uint8_t> key_and_salt() const;
  friend bool operator==(const SrtpKey& a, const SrtpKey& b);

 private:
  explicit SrtpKey(SrtpSuite suite) : suite_(suite) {}
  SrtpSuite suite_;
  std::array<uint8_t, kMaxBytes> bytes_{};
};

/// One `a=crypto` attribute of SDP (RFC 4568 section 9.1).
struct CryptoAttribute {
  uint32_t tag = 1;
  SrtpKey key;

  /// Reads the value behind `crypto:`. Refuses unknown suites, a key of the wrong length, a master
  /// key identifier, several keys, and session parameters that switch protection off.
  static Result<CryptoAttribute> parse(std::string_view value);
  /// `1 AES_CM_128_HMAC_SHA1_80 inline:...`
  std::string text() const;
};

/// Session keys for one direction of RTP or RTCP (RFC 3711 section 4.3).
struct SrtpSessionKeys {
  std::array<uint8_t, 32> cipher{};
  std::array<uint8_t, 20> authentication{};
  /// 14 bytes, or 12 with AEAD.
  std::array<uint8_t, 14> salt{};
};

/// Derives with key derivation rate 0. `rtcp` picks the labels 3 to 5 instead of 0 to 2.
SrtpSessionKeys derive_session_keys(const SrtpKey& master, bool rtcp);

}  // namespace tandem::rtp
