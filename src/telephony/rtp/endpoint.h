#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <netinet/in.h>

#include "core/result.h"

namespace tandem::rtp {

/// An IP address and a UDP port in the form the kernel wants them, IPv4 or IPv6.
class Endpoint {
 public:
  /// Nowhere.
  Endpoint() { storage_.v6 = {}; }

  /// `ip` in dotted or colon form, without brackets.
  static Result<Endpoint> parse(std::string_view ip, uint16_t port);
  static Endpoint from(const sockaddr_in& address);
  static Endpoint from(const sockaddr_in6& address);

  bool is_set() const { return family() != AF_UNSPEC; }
  bool is_v6() const { return family() == AF_INET6; }
  uint16_t port() const;
  Endpoint with_port(uint16_t port) const;
  std::string ip() const;
  /// `192.0.2.1:4000` or `[2001:db8::1]:4000`.
  std::string text() const;
  /// Whether the addresses agree, whatever the ports.
  bool same_host(const Endpoint& other) const;
  /// 0.0.0.0, :: or nowhere: what SDP uses to say "send nothing".
  bool is_unspecified() const;

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.storage_.v4.sin_port == b.storage_.v4.sin_port && a.same_host(b);
  }

  /// For the socket calls.
  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }
  static constexpr socklen_t capacity() { return sizeof(sockaddr_in6); }

 private:
  sa_family_t family() const { return storage_.v4.sin_family; }
  union {
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace tandem::rtp
