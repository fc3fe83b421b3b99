#pragma once

#include <optional>
#include <string>

#include "app/config.h"
#include "core/result.h"

namespace tandem::app {

/// Where SIP is spoken under encryption, and with which certificate (PEM files).
struct SecureSip {
  std::optional<Address> tls;
  std::optional<Address> wss;
  std::string cert;
  std::string key;
  bool self_signed = false;  // made at the first start, in the data directory
};

/// What is configured, and where nothing is: with a certificate of the operator, or in the sandbox,
/// TLS is spoken one port above the first SIP address and secure WebSockets two above.
SecureSip secure_sip(const Config& config);

/// Whether the settings about SIP go together.
Result<void> check_sip(const Config& config);

/// Makes the sandbox's certificate when it is not there yet.
Result<void> prepare_certificate(const Config& config, const SecureSip& secure);

/// Our own address as peers on this machine reach it: loopback for 0.0.0.0 and ::.
std::string reachable_host(const Address& address);

/// The address the machine's packets to the world come from; of loopback without a network.
std::string outward_ip(bool v6);

}  // namespace tandem::app
