#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "carrier/trunk.h"
#include "ledger/rates.h"

namespace tandem::products {
class SecretBox;
}

namespace tandem::products::voice {

class CallPace;

/// "127.0.0.1:5060", "[::1]:5060".
inline std::string host_port(const std::string& ip, uint16_t port) {
  const bool v6 = ip.find(':') != std::string::npos && ip.front() != '[';
  return (v6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
}

/// Where calls leave the platform for the sandbox's own outside world.
struct Gateway {
  std::string host_port;  // "127.0.0.1:5070"
};

/// What steps of calls need to know beyond the store; the same for all.
struct Office {
  const ledger::Rates& rates;
  const SecretBox& secrets;
  std::string base_url;                  // of links in events
  std::string domain;                    // host part of our SIP URIs
  std::string own_address;               // host and port where we call ourselves
  std::vector<uint16_t> own_ports = {};  // of every SIP listener
  std::vector<Gateway> gateways = {};    // tried in this order
  std::vector<carrier::Trunk> trunks = {};
  /// Whether what a client names may be sent audio; none: every address.
  std::function<bool(std::string_view address)> may_reach = {};
  CallPace* pace = nullptr;  // null: calls may come as fast as they do
  std::string process;       // names this process: calls of another one ended with it
};

}  // namespace tandem::products::voice
