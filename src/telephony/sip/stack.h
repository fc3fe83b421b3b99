#pragma once

#include <memory>
#include <string>

#include "core/random.h"
#include "telephony/sip/cares_dns.h"
#include "telephony/sip/dns_cache.h"
#include "telephony/sip/endpoint.h"
#include "telephony/sip/server_locator.h"
#include "telephony/sip/socket_transport.h"
#include "telephony/sip/wheel_driver.h"

namespace tandem::sip {

/// An endpoint with all it stands on, for one shard: time, sockets, DNS. Made, used and destroyed
/// on that shard's thread.
class Stack {
 public:
  struct Options {
    SocketTransport::Options transport;
    Endpoint::Options endpoint;
    std::string dns_servers;  // empty: the system's
  };

  Stack(runtime::Shard& shard, Options options, Endpoint::Listener& listener)
      : wheel_(time_),
        driver_(shard, wheel_),
        dns_(shard, options.dns_servers),
        cache_(dns_, time_),
        locator_(cache_, random_),
        transport_(shard, wheel_, std::move(options.transport)),
        endpoint_(transport_, locator_, wheel_, random_, std::move(options.endpoint), listener) {}

  /// Opens the listeners. What comes waits for listen().
  Result<void> open() { return transport_.open(); }
  void listen() { transport_.listen(); }
  /// Both.
  Result<void> start() {
    auto opened = open();
    if (opened) listen();
    return opened;
  }

  Endpoint& endpoint() { return endpoint_; }
  SocketTransport& transport() { return transport_; }
  TimerWheel& wheel() { return wheel_; }
  Random& random() { return random_; }
  const TimeSource& time() const { return time_; }
  Dns& dns() { return cache_; }
  Locator& locator() { return locator_; }

 private:
  SteadyTime time_;
  SystemRandom random_;
  TimerWheel wheel_;
  WheelDriver driver_;
  CaresDns dns_;
  DnsCache cache_;
  ServerLocator locator_;
  SocketTransport transport_;
  Endpoint endpoint_;
};

}  // namespace tandem::sip
