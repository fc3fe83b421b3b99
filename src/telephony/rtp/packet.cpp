#include "telephony/rtp/packet.h"

#include "core/assert.h"
#include "telephony/rtp/bytes.h"

namespace tandem::rtp {
namespace {

constexpr uint8_t kVersionBits = 0x80;
constexpr uint8_t kVersionMask = 0xC0;
constexpr uint8_t kPaddingBit = 0x20;
constexpr uint8_t kExtensionBit = 0x10;
constexpr uint8_t kMarkerBit = 0x80;

}  // namespace

DatagramKind classify(std::span<const uint8_t> datagram) {
  if (datagram.size() < 2) return DatagramKind::Unknown;
  const uint8_t first = datagram[0];
  if (first <= 3) return DatagramKind::Stun;
  if (first >= 20 && first <= 63) return DatagramKind::Dtls;
  if (first < 128 || first > 191) return DatagramKind::Unknown;
  const bool rtcp = datagram[1] >= 192 && datagram[1] <= 223;
  return rtcp ? DatagramKind::Rtcp : DatagramKind::Rtp;
}

std::optional<size_t> header_length(std::span<const uint8_t> datagram) {
  if (datagram.size() < kHeaderBytes) return std::nullopt;
  const uint8_t* bytes = datagram.data();
  if ((bytes[0] & kVersionMask) != kVersionBits) return std::nullopt;
  size_t header = kHeaderBytes + size_t{4} * (bytes[0] & 0x0F);
  if (bytes[0] & kExtensionBit) {
    if (datagram.size() < header + 4) return std::nullopt;
    header += 4 + size_t{4} * read16(bytes + header + 2);
  }
  if (datagram.size() < header) return std::nullopt;
  return header;
}

std::optional<Packet> parse(std::span<const uint8_t> datagram) {
  const auto header = header_length(datagram);
  if (!header) return std::nullopt;
  const uint8_t* bytes = datagram.data();
  size_t payload = datagram.size() - *header;
  if (bytes[0] & kPaddingBit) {
    const uint8_t padding = datagram.back();
    if (padding == 0 || padding > payload) return std::nullopt;
    payload -= padding;
  }

  Packet packet;
  packet.marker = (bytes[1] & kMarkerBit) != 0;
  packet.payload_type = bytes[1] & 0x7F;
  packet.sequence = read16(bytes + 2);
  packet.timestamp = read32(bytes + 4);
  packet.ssrc = read32(bytes + 8);
  packet.header_bytes = *header;
  packet.payload = datagram.subspan(*header, payload);
  return packet;
}

void write_header(std::span<uint8_t> out, const Header& header) {
  TANDEM_ASSERT(out.size() >= kHeaderBytes);
  out[0] = kVersionBits;
  rewrite_header(out, header);
}

void rewrite_header(std::span<uint8_t> packet, const Header& header) {
  TANDEM_ASSERT(packet.size() >= kHeaderBytes);
  packet[1] = static_cast<uint8_t>((header.marker ? kMarkerBit : 0) | (header.payload_type & 0x7F));
  write16(packet.data() + 2, header.sequence);
  write32(packet.data() + 4, header.timestamp);
  write32(packet.data() + 8, header.ssrc);
}

}  // namespace tandem::rtp
