#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;
struct sockaddr_storage;

namespace tandem::sip {

/// An IPv4 or IPv6 address with a port. IPv4-mapped IPv6 addresses become IPv4, so that one peer
/// is one value whichever socket it came by.
class Address {
 public:
  Address() = default;
  /// `ip` with or without IPv6 brackets; nothing when it is no literal address.
  static std::optional<Address> parse(std::string_view ip, uint16_t port);
  static Address from_sockaddr(const sockaddr& from);

  bool is_v6() const { return v6_; }
  uint16_t port() const { return port_; }
  Address with_port(uint16_t port) const;
  /// 0.0.0.0 or ::.
  bool is_any() const;
  bool is_loopback() const;
  /// "192.0.2.1", "2001:db8::1".
  std::string ip() const;
  /// As hosts stand in URIs and Via: IPv6 in brackets.
  std::string host() const;
  /// "192.0.2.1:5060", "[2001:db8::1]:5060".
  std::string text() const;
  /// The network the address is counted under: an IPv4 address, an IPv6 /64. Port 0.
  Address source_network() const;

  /// Fills `out`, as IPv4-mapped IPv6 when `as_v6`; gives its length.
  uint32_t to_sockaddr(sockaddr_storage& out, bool as_v6) const;

  bool operator==(const Address&) const = default;
  size_t hash() const;

 private:
  std::array<uint8_t, 16> bytes_{};
  uint16_t port_ = 0;
  bool v6_ = false;
};

}  // namespace tandem::sip

template <>
struct std::hash<tandem::sip::Address> {
  size_t operator()(const tandem::sip::Address& a) const noexcept { return a.hash(); }
};
