#include "telephony/rtp/endpoint.h"

#include <cstring>

#include <arpa/inet.h>

namespace tandem::rtp {

Result<Endpoint> Endpoint::parse(std::string_view ip, uint16_t port) {
  const std::string text(ip);
  Endpoint endpoint;
  if (inet_pton(AF_INET, text.c_str(), &endpoint.storage_.v4.sin_addr) == 1) {
    endpoint.storage_.v4.sin_family = AF_INET;
    return endpoint.with_port(port);
  }
  endpoint = Endpoint();
  if (inet_pton(AF_INET6, text.c_str(), &endpoint.storage_.v6.sin6_addr) == 1) {
    endpoint.storage_.v6.sin6_family = AF_INET6;
    return endpoint.with_port(port);
  }
  return fail("not an IP address: " + text.substr(0, 64));
}

Endpoint Endpoint::from(const sockaddr_in& address) {
  Endpoint endpoint;
  endpoint.storage_.v4 = address;
  return endpoint;
}

Endpoint Endpoint::from(const sockaddr_in6& address) {
  Endpoint endpoint;
  endpoint.storage_.v6 = address;
  return endpoint;
}

uint16_t Endpoint::port() const { return ntohs(storage_.v4.sin_port); }

Endpoint Endpoint::with_port(uint16_t port) const {
  // Both families keep the port in the same place.
  Endpoint endpoint = *this;
  endpoint.storage_.v4.sin_port = htons(port);
  return endpoint;
}

std::string Endpoint::ip() const {
  char text[INET6_ADDRSTRLEN] = {};
  const void* address = is_v6() ? static_cast<const void*>(&storage_.v6.sin6_addr)
                                : static_cast<const void*>(&storage_.v4.sin_addr);
  if (is_set()) inet_ntop(family(), address, text, sizeof text);
  return text;
}

std::string Endpoint::text() const {
  const std::string host = is_v6() ? "[" + ip() + "]" : ip();
  return host + ":" + std::to_string(port());
}

bool Endpoint::same_host(const Endpoint& other) const {
  if (family() != other.family()) return false;
  if (is_v6()) {
    return std::memcmp(&storage_.v6.sin6_addr, &other.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0;
  }
  return storage_.v4.sin_addr.s_addr == other.storage_.v4.sin_addr.s_addr;
}

bool Endpoint::is_unspecified() const {
  if (!is_set()) return true;
  if (is_v6()) return IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
  return storage_.v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

}  // namespace tandem::rtp
