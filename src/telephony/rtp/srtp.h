#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "telephony/rtp/srtp_keys.h"

namespace tandem::rtp {

/// At most this many streams (SSRCs) use one key; a state is never dropped, since forgetting one
/// would let its packets be replayed.
inline constexpr size_t kMaxSrtpStreams = 16;

/// What became of a protected packet.
enum class SrtpVerdict : uint8_t {
  Good,
  /// Not an RTP or RTCP packet, or too short to carry its tag.
  Malformed,
  /// Seen before, or too old to tell.
  Replayed,
  /// The tag is wrong, or there are more streams than kMaxSrtpStreams.
  Refused,
};

/// Protects what we send with our key (RFC 3711, RFC 7714). No allocation per packet.
class SrtpSender {
 public:
  explicit SrtpSender(const SrtpKey& key);
  ~SrtpSender();
  SrtpSender(SrtpSender&&) noexcept;
  SrtpSender& operator=(SrtpSender&&) noexcept;

  /// Protects the packet in the first `bytes` of `buffer` in place and gives its new length. The
  /// buffer has kMaxSrtpGrowthBytes behind it. 0 when it is no packet, or when its sequence number
  /// was used already: sending two payloads under one number would give the key stream away.
  size_t protect(std::span<uint8_t> buffer, size_t bytes);
  /// The same for a compound RTCP packet.
  size_t protect_rtcp(std::span<uint8_t> buffer, size_t bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Checks and decrypts what the peer sends with its key.
class SrtpReceiver {
 public:
  struct Opened {
    SrtpVerdict verdict;
    /// Length of the plain packet when Good.
    size_t bytes;
  };

  explicit SrtpReceiver(const SrtpKey& key);
  ~SrtpReceiver();
  SrtpReceiver(SrtpReceiver&&) noexcept;
  SrtpReceiver& operator=(SrtpReceiver&&) noexcept;

  /// Works in place. Unless Good, the content of `datagram` is unspecified and worthless.
  Opened unprotect(std::span<uint8_t> datagram);
  Opened unprotect_rtcp(std::span<uint8_t> datagram);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::rtp
