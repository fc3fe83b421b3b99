#include "telephony/sip/address.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tandem::sip {
namespace {

constexpr size_t kMappedAt = 12;  // where the IPv4 address lies in ::ffff:a.b.c.d
constexpr uint8_t kMappedPrefix[kMappedAt] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::optional<Address> Address::parse(std::string_view ip, uint16_t port) {
  if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  if (ip.empty() || ip.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string text(ip);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    return from_sockaddr(reinterpret_cast<const sockaddr&>(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    return from_sockaddr(reinterpret_cast<const sockaddr&>(v6));
  }
  return std::nullopt;
}

Address Address::from_sockaddr(const sockaddr& from) {
  Address out;
  if (from.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    std::memcpy(out.bytes_.data(), &v4.sin_addr, 4);
    out.port_ = ntohs(v4.sin_port);
    return out;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  const uint8_t* bytes = v6.sin6_addr.s6_addr;
  out.port_ = ntohs(v6.sin6_port);
  if (std::memcmp(bytes, kMappedPrefix, kMappedAt) == 0) {
    std::memcpy(out.bytes_.data(), bytes + kMappedAt, 4);
    return out;
  }
  out.v6_ = true;
  std::memcpy(out.bytes_.data(), bytes, 16);
  return out;
}

Address Address::with_port(uint16_t port) const {
  Address out = *this;
  out.port_ = port;
  return out;
}

bool Address::is_any() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t b) { return b == 0; });
}

bool Address::is_loopback() const {
  if (!v6_) return bytes_[0] == 127;
  return bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](uint8_t b) { return b == 0; });
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return text;
}

std::string Address::host() const { return v6_ ? "[" + ip() + "]" : ip(); }

std::string Address::text() const { return host() + ":" + std::to_string(port_); }

Address Address::source_network() const {
  Address out = with_port(0);
  if (v6_) std::fill(out.bytes_.begin() + 8, out.bytes_.end(), uint8_t{0});
  return out;
}

uint32_t Address::to_sockaddr(sockaddr_storage& out, bool as_v6) const {
  std::memset(&out, 0, sizeof out);
  if (!v6_ && !as_v6) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, bytes_.data(), 4);
    return sizeof(sockaddr_in);
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port_);
  if (v6_) {
    std::memcpy(v6.sin6_addr.s6_addr, bytes_.data(), 16);
  } else {
    std::memcpy(v6.sin6_addr.s6_addr, kMappedPrefix, kMappedAt);
    std::memcpy(v6.sin6_addr.s6_addr + kMappedAt, bytes_.data(), 4);
  }
  return sizeof(sockaddr_in6);
}

size_t Address::hash() const {
  uint64_t low = 0;
  uint64_t high = 0;
  std::memcpy(&low, bytes_.data(), 8);
  std::memcpy(&high, bytes_.data() + 8, 8);
  uint64_t mix = (low ^ (high * 0x9E3779B97F4A7C15U)) + port_;
  mix ^= mix >> 32;
  return mix * 0x9E3779B97F4A7C15U;
}

}  // namespace tandem::sip
