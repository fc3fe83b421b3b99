#include "telephony/rtp/srtp.h"

#include <cstring>
#include <vector>

#include <openssl/crypto.h>

#include "core/assert.h"
#include "telephony/rtp/bytes.h"
#include "telephony/rtp/packet.h"
#include "telephony/rtp/replay_window.h"
#include "telephony/rtp/srtp_cipher_impl.h"

namespace tandem::rtp {
namespace {

/// Header of an RTCP packet that stays readable: first word and SSRC.
constexpr size_t kRtcpHeaderBytes = 8;
constexpr size_t kRtcpIndexBytes = 4;
constexpr uint32_t kEncryptedBit = 0x80000000;
constexpr uint32_t kMaxRtcpIndex = 0x7FFFFFFF;

struct Stream {
  uint32_t ssrc;
  ReplayWindow window;
};

/// The streams that use one key.
class Streams {
 public:
  Stream* find(uint32_t ssrc) {
    for (Stream& stream : streams_) {
      if (stream.ssrc == ssrc) return &stream;
    }
    return nullptr;
  }
  /// Null when the table is full.
  Stream* find_or_add(uint32_t ssrc) {
    if (Stream* known = find(ssrc)) return known;
    if (streams_.size() == kMaxSrtpStreams) return nullptr;
    return &streams_.emplace_back(Stream{ssrc, {}});
  }

 private:
  std::vector<Stream> streams_;
};

/// The 48-bit index of a packet whose header shows its low 16 bits (RFC 3711 section 3.3.1).
uint64_t estimate_index(const ReplayWindow& window, uint16_t sequence) {
  if (!window.any()) return sequence;
  const uint64_t highest = window.highest();
  const int distance = sequence_distance(static_cast<uint16_t>(highest), sequence);
  if (distance < 0 && highest < static_cast<uint64_t>(-distance)) return sequence;
  return highest + static_cast<uint64_t>(static_cast<int64_t>(distance));
}

/// RFC 3711 section 4.2: the tag covers the packet and the roll-over counter.
HmacSha1::Digest sign_rtp(const SrtpCipher& cipher, std::span<const uint8_t> packet,
                          uint64_t index) {
  uint8_t rollover[4];
  write32(rollover, static_cast<uint32_t>(index >> 16));
  return cipher.sign(packet, rollover);
}

bool same(const uint8_t* a, const uint8_t* b, size_t bytes) {
  return CRYPTO_memcmp(a, b, bytes) == 0;
}

}  // namespace

struct SrtpSender::Impl {
  explicit Impl(const SrtpKey& key) : suite(facts(key.suite())), rtp(key, false), rtcp(key, true) {}
  const SrtpSuiteFacts& suite;
  SrtpCipher rtp;
  SrtpCipher rtcp;
  Streams streams;
  uint32_t rtcp_index = 0;
};

SrtpSender::SrtpSender(const SrtpKey& key) : impl_(std::make_unique<Impl>(key)) {}
SrtpSender::~SrtpSender() = default;
SrtpSender::SrtpSender(SrtpSender&&) noexcept = default;
SrtpSender& SrtpSender::operator=(SrtpSender&&) noexcept = default;

size_t SrtpSender::protect(std::span<uint8_t> buffer, size_t bytes) {
  TANDEM_ASSERT(buffer.size() >= bytes + kMaxSrtpGrowthBytes);
  const auto header = header_length(buffer.first(bytes));
  if (!header) return 0;
  const uint32_t ssrc = read32(buffer.data() + 8);
  Stream* stream = impl_->streams.find_or_add(ssrc);
  if (stream == nullptr) return 0;
  const uint64_t index = estimate_index(stream->window, read16(buffer.data() + 2));
  if (!stream->window.is_new(index)) return 0;
  stream->window.mark(index);

  const std::span<uint8_t> text = buffer.subspan(*header, bytes - *header);
  uint8_t* tag = buffer.data() + bytes;
  if (impl_->rtp.aead()) {
    impl_->rtp.seal(ssrc, index, buffer.first(*header), {}, text, tag);
  } else {
    impl_->rtp.crypt(ssrc, index, text);
    const auto digest = sign_rtp(impl_->rtp, buffer.first(bytes), index);
    std::memcpy(tag, digest.data(), impl_->suite.rtp_tag_bytes);
  }
  return bytes + impl_->suite.rtp_tag_bytes;
}

size_t SrtpSender::protect_rtcp(std::span<uint8_t> buffer, size_t bytes) {
  TANDEM_ASSERT(buffer.size() >= bytes + kMaxSrtpGrowthBytes);
  if (bytes < kRtcpHeaderBytes || impl_->rtcp_index == kMaxRtcpIndex) return 0;
  const uint32_t ssrc = read32(buffer.data() + 4);
  const uint32_t index = impl_->rtcp_index++;
  uint8_t word[kRtcpIndexBytes];
  write32(word, index | kEncryptedBit);

  const std::span<uint8_t> text = buffer.subspan(kRtcpHeaderBytes, bytes - kRtcpHeaderBytes);
  uint8_t* end = buffer.data() + bytes;
  const size_t tag_bytes = impl_->suite.rtcp_tag_bytes;
  if (impl_->rtcp.aead()) {
    impl_->rtcp.seal(ssrc, index, buffer.first(kRtcpHeaderBytes), word, text, end);
    std::memcpy(end + tag_bytes, word, sizeof word);
  } else {
    impl_->rtcp.crypt(ssrc, index, text);
    std::memcpy(end, word, sizeof word);
    const auto digest = impl_->rtcp.sign(buffer.first(bytes + sizeof word), {});
    std::memcpy(end + sizeof word, digest.data(), tag_bytes);
  }
  return bytes + sizeof word + tag_bytes;
}

struct SrtpReceiver::Impl {
  explicit Impl(const SrtpKey& key) : suite(facts(key.suite())), rtp(key, false), rtcp(key, true) {}

  bool open_rtp(std::span<uint8_t> packet, size_t header, uint32_t ssrc, uint64_t index,
                uint8_t* tag) {
    const std::span<uint8_t> text = packet.subspan(header);
    if (rtp.aead()) return rtp.open(ssrc, index, packet.first(header), {}, text, tag);
    const auto digest = sign_rtp(rtp, packet, index);
    if (!same(digest.data(), tag, suite.rtp_tag_bytes)) return false;
    rtp.crypt(ssrc, index, text);
    return true;
  }

  /// `packet` is the RTCP packet, behind it tag and index word in the suite's order.
  bool open_rtcp(std::span<uint8_t> packet, uint32_t ssrc, uint32_t word, uint8_t* tag,
                 const uint8_t* word_at) {
    const bool encrypted = (word & kEncryptedBit) != 0;
    const uint32_t index = word & kMaxRtcpIndex;
    const std::span<uint8_t> text = packet.subspan(kRtcpHeaderBytes);
    if (rtcp.aead()) {
      const std::span<const uint8_t> extra(word_at, kRtcpIndexBytes);
      // Without encryption everything is only authenticated (RFC 7714 section 9.3).
      if (!encrypted) return rtcp.open(ssrc, index, packet, extra, {}, tag);
      return rtcp.open(ssrc, index, packet.first(kRtcpHeaderBytes), extra, text, tag);
    }
    const auto digest = rtcp.sign({packet.data(), packet.size() + kRtcpIndexBytes}, {});
    if (!same(digest.data(), tag, suite.rtcp_tag_bytes)) return false;
    if (encrypted) rtcp.crypt(ssrc, index, text);
    return true;
  }

  const SrtpSuiteFacts& suite;
  SrtpCipher rtp;
  SrtpCipher rtcp;
  Streams streams;
  Streams rtcp_streams;
};

SrtpReceiver::SrtpReceiver(const SrtpKey& key) : impl_(std::make_unique<Impl>(key)) {}
SrtpReceiver::~SrtpReceiver() = default;
SrtpReceiver::SrtpReceiver(SrtpReceiver&&) noexcept = default;
SrtpReceiver& SrtpReceiver::operator=(SrtpReceiver&&) noexcept = default;

SrtpReceiver::Opened SrtpReceiver::unprotect(std::span<uint8_t> datagram) {
  const auto header = header_length(datagram);
  const size_t tag_bytes = impl_->suite.rtp_tag_bytes;
  if (!header || datagram.size() < *header + tag_bytes) return {SrtpVerdict::Malformed, 0};
  const uint32_t ssrc = read32(datagram.data() + 8);
  const Stream* known = impl_->streams.find(ssrc);
  const ReplayWindow fresh;
  const ReplayWindow& window = known ? known->window : fresh;
  const uint64_t index = estimate_index(window, read16(datagram.data() + 2));
  if (!window.is_new(index)) return {SrtpVerdict::Replayed, 0};

  const size_t bytes = datagram.size() - tag_bytes;
  if (!impl_->open_rtp(datagram.first(bytes), *header, ssrc, index, datagram.data() + bytes)) {
    return {SrtpVerdict::Refused, 0};
  }
  // Only now is the sender known to hold the key, so only now may it cost memory.
  Stream* stream = impl_->streams.find_or_add(ssrc);
  if (stream == nullptr) return {SrtpVerdict::Refused, 0};
  stream->window.mark(index);
  return {SrtpVerdict::Good, bytes};
}

SrtpReceiver::Opened SrtpReceiver::unprotect_rtcp(std::span<uint8_t> datagram) {
  const size_t tag_bytes = impl_->suite.rtcp_tag_bytes;
  if (datagram.size() < kRtcpHeaderBytes + kRtcpIndexBytes + tag_bytes) {
    return {SrtpVerdict::Malformed, 0};
  }
  const size_t bytes = datagram.size() - kRtcpIndexBytes - tag_bytes;
  uint8_t* end = datagram.data() + bytes;
  const bool tag_first = impl_->rtcp.aead();
  const uint8_t* word_at = tag_first ? end + tag_bytes : end;
  uint8_t* tag = tag_first ? end : end + kRtcpIndexBytes;
  const uint32_t word = read32(word_at);
  const uint32_t ssrc = read32(datagram.data() + 4);
  const Stream* known = impl_->rtcp_streams.find(ssrc);
  if (known && !known->window.is_new(word & kMaxRtcpIndex)) return {SrtpVerdict::Replayed, 0};
  if (!impl_->open_rtcp(datagram.first(bytes), ssrc, word, tag, word_at)) {
    return {SrtpVerdict::Refused, 0};
  }
  Stream* stream = impl_->rtcp_streams.find_or_add(ssrc);
  if (stream == nullptr) return {SrtpVerdict::Refused, 0};
  stream->window.mark(word & kMaxRtcpIndex);
  return {SrtpVerdict::Good, bytes};
}

}  // namespace tandem::rtp
