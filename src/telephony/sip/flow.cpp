#include "telephony/sip/flow.h"

#include <array>

#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

constexpr std::array<std::string_view, 5> kViaNames = {"UDP", "TCP", "TLS", "WS", "WSS"};
constexpr std::array<std::string_view, 5> kParamNames = {"udp", "tcp", "tls", "ws", "wss"};

}  // namespace

std::string_view via_name(Protocol protocol) { return kViaNames[static_cast<size_t>(protocol)]; }
std::string_view param_name(Protocol protocol) {
  return kParamNames[static_cast<size_t>(protocol)];
}

std::optional<Protocol> parse_protocol(std::string_view name) {
  for (size_t i = 0; i < kViaNames.size(); ++i) {
    if (iequals(kViaNames[i], name)) return static_cast<Protocol>(i);
  }
  return std::nullopt;
}

uint16_t default_port(Protocol protocol) {
  switch (protocol) {
    case Protocol::Tls:
      return 5061;
    case Protocol::Ws:
      return 80;
    case Protocol::Wss:
      return 443;
    default:
      return 5060;
  }
}

}  // namespace tandem::sip
