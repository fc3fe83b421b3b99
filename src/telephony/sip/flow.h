#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "telephony/sip/address.h"

namespace tandem::sip {

enum class Protocol : uint8_t { Udp, Tcp, Tls, Ws, Wss };

/// As it stands in Via: "UDP", "TLS", "WSS".
std::string_view via_name(Protocol protocol);
/// As it stands in `;transport=`: "udp", "tls", "ws".
std::string_view param_name(Protocol protocol);
/// From either form; nothing for what we do not speak (SCTP).
std::optional<Protocol> parse_protocol(std::string_view name);
inline bool is_reliable(Protocol protocol) { return protocol != Protocol::Udp; }
inline bool is_secure(Protocol protocol) {
  return protocol == Protocol::Tls || protocol == Protocol::Wss;
}
/// 5060 or 5061; 80 and 443 for WebSockets (RFC 7118 section 5.2.3).
uint16_t default_port(Protocol protocol);

/// The way a message came or shall go: protocol, peer, and for streams the connection. A message
/// sent along the flow of an earlier one reaches the same peer through the same NAT.
struct Flow {
  Protocol protocol = Protocol::Udp;
  uint32_t socket = 0;      // of UDP: which of our sockets; 0: any that fits
  uint64_t connection = 0;  // of streams; 0: any to that peer, or a new one
  Address remote;

  bool operator==(const Flow&) const = default;
};

}  // namespace tandem::sip
