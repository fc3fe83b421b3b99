#include "telephony/rtp/packet.h"

#include <vector>

#include <doctest/doctest.h>

namespace tandem::rtp {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes header(uint8_t first) {
  return {first, 0x80, 0x12, 0x34, 0x00, 0x00, 0x01, 0x00, 0xDE, 0xAD, 0xBE, 0xEF};
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

TEST_CASE("rtp: a plain packet is read field by field") {
  const Bytes datagram = header(0x80) + Bytes{1, 2, 3};
  const auto packet = parse(datagram);
  REQUIRE(packet);
  CHECK(packet->marker);
  CHECK(packet->payload_type == 0);
  CHECK(packet->sequence == 0x1234);
  CHECK(packet->timestamp == 0x100);
  CHECK(packet->ssrc == 0xDEADBEEF);
  CHECK(packet->header_bytes == 12);
  REQUIRE(packet->payload.size() == 3);
  CHECK(packet->payload[2] == 3);
}

TEST_CASE("rtp: sources, extension and padding do not belong to the payload") {
  const Bytes csrc{0, 0, 0, 1, 0, 0, 0, 2};
  const Bytes extension{0xBE, 0xDE, 0x00, 0x01, 0x10, 0xFF, 0x00, 0x00};
  const Bytes datagram = header(0xB2) + csrc + extension + Bytes{7, 8, 9, 0, 0, 3};
  const auto packet = parse(datagram);
  REQUIRE(packet);
  CHECK(packet->header_bytes == 28);
  REQUIRE(packet->payload.size() == 3);
  CHECK(packet->payload[0] == 7);
}

TEST_CASE("rtp: lengths that lie are refused") {
  const struct {
    const char* what;
    Bytes datagram;
  } rows[] = {
      {"empty", {}},
      {"short header", Bytes(11, 0x80)},
      {"version 1", header(0x40) + Bytes{1}},
      {"more sources than bytes", header(0x8F) + Bytes(8, 0)},
      {"extension header missing", header(0x90)},
      {"extension longer than packet", header(0x90) + Bytes{0, 0, 0xFF, 0xFF}},
      {"padding of zero", header(0xA0) + Bytes{1, 2, 0}},
      {"padding longer than payload", header(0xA0) + Bytes{1, 2, 4}},
      {"padding without payload", header(0xA0)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK_FALSE(parse(row.datagram));
  }
}

TEST_CASE("rtp: writing and reading agree, rewriting keeps the rest") {
  Bytes datagram = header(0x81) + Bytes{0, 0, 0, 9} + Bytes{42};
  rewrite_header(datagram, {.marker = false,
                            .payload_type = 101,
                            .sequence = 65535,
                            .timestamp = 0xFFFFFFFF,
                            .ssrc = 1});
  const auto packet = parse(datagram);
  REQUIRE(packet);
  CHECK_FALSE(packet->marker);
  CHECK(packet->payload_type == 101);
  CHECK(packet->sequence == 65535);
  CHECK(packet->timestamp == 0xFFFFFFFF);
  CHECK(packet->ssrc == 1);
  CHECK(packet->header_bytes == 16);
  CHECK(packet->payload[0] == 42);
}

TEST_CASE("rtp: datagrams on one port are told apart by RFC 7983") {
  CHECK(classify(Bytes{0x00, 0x01}) == DatagramKind::Stun);
  CHECK(classify(Bytes{22, 0xFE}) == DatagramKind::Dtls);
  CHECK(classify(Bytes{0x80, 0}) == DatagramKind::Rtp);
  CHECK(classify(Bytes{0x80, 0x80 | 101}) == DatagramKind::Rtp);
  CHECK(classify(Bytes{0x80, 200}) == DatagramKind::Rtcp);
  CHECK(classify(Bytes{0x80, 223}) == DatagramKind::Rtcp);
  CHECK(classify(Bytes{0x40, 0}) == DatagramKind::Unknown);
  CHECK(classify(Bytes{0x80}) == DatagramKind::Unknown);
}

TEST_CASE("rtp: distances go around the circle") {
  CHECK(sequence_distance(65535, 0) == 1);
  CHECK(sequence_distance(0, 65535) == -1);
  CHECK(timestamp_distance(0xFFFFFFFF, 159) == 160);
}

}  // namespace
}  // namespace tandem::rtp
