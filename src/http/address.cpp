#include <array>
#include <cstring>

#include "http/client.h"
#include "runtime/socket.h"

namespace tandem::http {

namespace {

struct Range4 {
  uint32_t network;
  int bits;
};

constexpr uint32_t ip4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// What is not reachable over the public Internet: IANA's special-purpose registry (RFC 6890),
/// multicast and class E.
constexpr Range4 kRefused4[] = {
    {ip4(0, 0, 0, 0), 8},        // this network
    {ip4(10, 0, 0, 0), 8},       // private
    {ip4(100, 64, 0, 0), 10},    // carrier-grade NAT
    {ip4(127, 0, 0, 0), 8},      // loopback
    {ip4(169, 254, 0, 0), 16},   // link-local, cloud metadata
    {ip4(172, 16, 0, 0), 12},    // private
    {ip4(192, 0, 0, 0), 24},     // IETF protocol assignments
    {ip4(192, 0, 2, 0), 24},     // documentation
    {ip4(192, 31, 196, 0), 24},  // AS112
    {ip4(192, 52, 193, 0), 24},  // AMT
    {ip4(192, 88, 99, 0), 24},   // 6to4 relays
    {ip4(192, 168, 0, 0), 16},   // private
    {ip4(192, 175, 48, 0), 24},  // AS112
    {ip4(198, 18, 0, 0), 15},    // benchmarks
    {ip4(198, 51, 100, 0), 24},  // documentation
    {ip4(203, 0, 113, 0), 24},   // documentation
    {ip4(224, 0, 0, 0), 4},      // multicast
    {ip4(240, 0, 0, 0), 4},      // reserved, broadcast
};

bool is_public4(uint32_t address) {
  for (const Range4& range : kRefused4) {
    if (address >> (32 - range.bits) == range.network >> (32 - range.bits)) return false;
  }
  return true;
}

using Address6 = std::array<uint8_t, 16>;

struct Range6 {
  Address6 network;
  int bits;
};

constexpr Range6 kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Range6 kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Range6 kGlobalUnicast{{0x20}, 3};

/// The special parts of global unicast.
constexpr Range6 kRefused6[] = {
    {{0x20, 0x01, 0x00}, 23},              // IETF assignments: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},        // documentation
    {{0x20, 0x02}, 16},                    // 6to4: an IPv4 address in disguise
    {{0x26, 0x20, 0, 0x4f, 0x80, 0}, 48},  // AS112
    {{0x3f, 0xff, 0x00}, 20},              // documentation
};

bool is_in(const Address6& address, const Range6& range) {
  const auto whole = static_cast<size_t>(range.bits / 8);
  const int rest = range.bits % 8;
  if (std::memcmp(address.data(), range.network.data(), whole) != 0) return false;
  return rest == 0 || address[whole] >> (8 - rest) == range.network[whole] >> (8 - rest);
}

uint32_t last_four(const Address6& address) {
  return ip4(address[12], address[13], address[14], address[15]);
}

bool is_public6(const Address6& address) {
  if (is_in(address, kMapped) || is_in(address, kNat64)) return is_public4(last_four(address));
  if (!is_in(address, kGlobalUnicast)) return false;
  for (const Range6& range : kRefused6) {
    if (is_in(address, range)) return false;
  }
  return true;
}

}  // namespace

bool is_public_address(std::string_view address) {
  const auto parsed = runtime::SocketAddress::parse(address, 0);
  if (!parsed) return false;
  if (parsed->family() == AF_INET) {
    return is_public4(ntohl(reinterpret_cast<const sockaddr_in*>(parsed->get())->sin_addr.s_addr));
  }
  Address6 bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(parsed->get())->sin6_addr,
              bytes.size());
  return is_public6(bytes);
}

}  // namespace tandem::http
