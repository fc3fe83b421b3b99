#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tandem::rtp {

/// The fixed part of an RTP header (RFC 3550 section 5.1).
inline constexpr size_t kHeaderBytes = 12;
/// The largest datagram the media path takes; longer ones are cut by the kernel and dropped.
inline constexpr size_t kMaxDatagramBytes = 2048;

/// What a datagram on a media port is, told by its first bytes (RFC 7983, RFC 5761 section 4).
enum class DatagramKind : uint8_t { Rtp, Rtcp, Stun, Dtls, Unknown };

/// Looks at two bytes only: an answer of Rtp or Rtcp says nothing about the rest.
DatagramKind classify(std::span<const uint8_t> datagram);

/// An RTP packet as it lies in its datagram; valid as long as that is.
struct Packet {
  bool marker = false;
  uint8_t payload_type = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  /// Fixed header, contributing sources and extension together.
  size_t header_bytes = 0;
  /// Without padding.
  std::span<const uint8_t> payload;
};

/// Length of header, sources and extension; nothing when they do not fit. Looks at nothing behind
/// them, so it works on encrypted packets.
std::optional<size_t> header_length(std::span<const uint8_t> datagram);
/// Checks version and every length; nothing when the datagram is not a whole RTP packet.
std::optional<Packet> parse(std::span<const uint8_t> datagram);

/// The fields of a header without contributing sources or extension.
struct Header {
  bool marker = false;
  uint8_t payload_type = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
};

/// Writes 12 bytes to the front of `out`.
void write_header(std::span<uint8_t> out, const Header& header);
/// Replaces the fields of a packet that parse() accepted and leaves the rest as it is: what a
/// relay does instead of building a new packet.
void rewrite_header(std::span<uint8_t> packet, const Header& header);

/// How far `newer` lies after `older` on the circle of 16 bits: negative when before.
inline int16_t sequence_distance(uint16_t older, uint16_t newer) {
  return static_cast<int16_t>(static_cast<uint16_t>(newer - older));
}
/// The same for timestamps.
inline int32_t timestamp_distance(uint32_t older, uint32_t newer) {
  return static_cast<int32_t>(newer - older);
}

}  // namespace tandem::rtp
