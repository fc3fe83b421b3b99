#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "telephony/sip/flow.h"

namespace tandem::sip {

/// What carries messages. The stack above knows no sockets; tests put a simulated network here.
class Transport {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// One message, cut out of its stream; `bytes` live during the call only.
    virtual void on_message(std::string_view bytes, const Flow& flow) = 0;
    /// What was sent under `token` will not arrive: no connection, name refused, queue full.
    /// Never called from inside send().
    virtual void on_send_failed(uint64_t token) = 0;
    /// A connection is gone, with everything that was to be reached over it.
    virtual void on_closed(const Flow& flow) = 0;
  };

  virtual ~Transport() = default;
  virtual void set_listener(Listener* listener) = 0;

  /// Sends, opening a connection when the flow names none. `token` 0: nobody wants to know.
  virtual void send(const Flow& flow, std::string_view bytes, uint64_t token) = 0;

  /// The name by which the peer at that flow was found: what its certificate must be for.
  virtual void set_peer_name(const Flow& /*flow*/, std::string_view /*name*/) {}

  /// Whether we can send by that protocol to that kind of address.
  virtual bool can_reach(Protocol protocol, bool v6) const = 0;
  /// Our own `host:port` as peers on that flow shall see it in Via and Contact.
  virtual std::string local_host_port(const Flow& flow) const = 0;
};

}  // namespace tandem::sip
