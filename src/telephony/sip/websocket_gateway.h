#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/shards.h"
#include "telephony/sip/socket_transport.h"

namespace tandem::http {
class Exchange;
}

namespace tandem::sip {

/// SIP over WebSockets (RFC 7118): takes the connections that an HTTP server accepted, on whichever
/// shard, to the transport of the SIP shard. A browser is reached only over the connection it made.
class WebSocketGateway {
 public:
  /// Messages of one connection that may wait for the SIP shard; a faster peer is closed.
  static constexpr size_t kMaxWaitingMessages = 256;

  /// Made and destroyed on the shard of `transport`.
  WebSocketGateway(runtime::Shard& shard, SocketTransport& transport);
  ~WebSocketGateway();
  WebSocketGateway(const WebSocketGateway&) = delete;
  WebSocketGateway& operator=(const WebSocketGateway&) = delete;

  /// A handler for http::Server that upgrades requests naming the subprotocol "sip", and answers
  /// others 400 or 426. May be called on any shard, also when this is gone.
  std::function<void(std::shared_ptr<http::Exchange>)> handler();

 private:
  struct Anchor;
  struct Link;
  class WebConnection;

  static void accept(const std::shared_ptr<Anchor>& anchor,
                     const std::shared_ptr<http::Exchange>& exchange);
  void adopt(const std::shared_ptr<Link>& link);
  void receive(Link& link, const std::string& message);
  void closed(Link& link);

  SocketTransport& transport_;
  std::shared_ptr<Anchor> anchor_;
};

}  // namespace tandem::sip
