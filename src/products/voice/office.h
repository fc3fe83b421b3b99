#pragma once

#include <string>
#include <vector>

#include "carrier/trunk.h"
#include "ledger/rates.h"

namespace tandem::products {
class SecretBox;
}

namespace tandem::products::voice {

/// Where calls leave the platform for the sandbox's own outside world.
struct Gateway {
  std::string host_port;  // "127.0.0.1:5070"
};

/// What steps of calls need to know beyond the store; the same for all.
struct Office {
  const ledger::Rates& rates;
  const SecretBox& secrets;
  std::string base_url;                // of links in events
  std::string domain;                  // host part of our SIP URIs
  std::string own_address;             // host and port where we speak SIP ourselves
  std::vector<Gateway> gateways = {};  // tried in this order
  std::vector<carrier::Trunk> trunks = {};
  std::string process;  // names this process: calls of another one ended with it
};

}  // namespace tandem::products::voice
