#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tandem::rtp {

/// HMAC-SHA1 (RFC 2104) with one key for many messages: the two key blocks are hashed once, so a
/// message costs no allocation and no key set-up.
class HmacSha1 {
 public:
  static constexpr size_t kDigestBytes = 20;
  using Digest = std::array<uint8_t, kDigestBytes>;

  /// At most 64 bytes of key.
  explicit HmacSha1(std::span<const uint8_t> key);
  ~HmacSha1();
  HmacSha1(HmacSha1&&) noexcept;
  HmacSha1& operator=(HmacSha1&&) noexcept;

  /// The digest of both parts, one after the other.
  Digest sign(std::span<const uint8_t> message, std::span<const uint8_t> tail = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tandem::rtp
