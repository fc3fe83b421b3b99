#include "telephony/sip/stun.h"

#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>

namespace tandem::sip {
namespace {

constexpr size_t kHeaderBytes = 20;
constexpr uint32_t kMagicCookie = 0x2112A442;
constexpr uint16_t kBindingRequest = 0x0001;
constexpr uint16_t kBindingSuccess = 0x0101;
constexpr uint16_t kXorMappedAddress = 0x0020;
constexpr uint8_t kFamilyV4 = 1;
constexpr uint8_t kFamilyV6 = 2;

uint16_t read16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[at]) << 8 |
                               static_cast<uint8_t>(bytes[at + 1]));
}

void write16(std::string& out, uint16_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value & 0xFF));
}

/// The address bytes in network order, after port: 4 or 16 of them.
std::string_view address_bytes(const Address& from, sockaddr_storage& storage) {
  from.to_sockaddr(storage, false);
  if (from.is_v6()) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    return {reinterpret_cast<const char*>(&v6.sin6_addr), 16};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
  return {reinterpret_cast<const char*>(&v4.sin_addr), 4};
}

}  // namespace

bool is_stun(std::string_view datagram) {
  if (datagram.size() < kHeaderBytes || (static_cast<uint8_t>(datagram[0]) & 0xC0) != 0) {
    return false;
  }
  const uint32_t cookie = static_cast<uint32_t>(read16(datagram, 4)) << 16 | read16(datagram, 6);
  return cookie == kMagicCookie;
}

std::optional<std::string> answer_stun(std::string_view datagram, const Address& from) {
  if (!is_stun(datagram) || read16(datagram, 0) != kBindingRequest ||
      read16(datagram, 2) + kHeaderBytes != datagram.size()) {
    return std::nullopt;
  }
  sockaddr_storage storage;
  const std::string_view address = address_bytes(from, storage);
  std::string out;
  write16(out, kBindingSuccess);
  write16(out, static_cast<uint16_t>(8 + address.size()));
  out.append(datagram.substr(4, 16));  // cookie and transaction id
  write16(out, kXorMappedAddress);
  write16(out, static_cast<uint16_t>(4 + address.size()));
  out.push_back(0);
  out.push_back(static_cast<char>(from.is_v6() ? kFamilyV6 : kFamilyV4));
  write16(out, static_cast<uint16_t>(from.port() ^ (kMagicCookie >> 16)));
  for (size_t i = 0; i < address.size(); ++i) {
    out.push_back(static_cast<char>(address[i] ^ datagram[4 + i]));
  }
  return out;
}

}  // namespace tandem::sip
