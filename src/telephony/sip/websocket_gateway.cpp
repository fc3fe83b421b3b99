#include "telephony/sip/websocket_gateway.h"

#include <atomic>
#include <utility>

#include "core/assert.h"
#include "http/server.h"
#include "http/websocket.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

constexpr uint16_t kGoingAway = 1001;
constexpr uint16_t kPolicy = 1008;
constexpr uint16_t kTooBig = 1009;

/// Text frames must be UTF-8 (RFC 6455 section 5.6); SIP may carry anything.
bool is_utf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const uint8_t lead = static_cast<uint8_t>(text[at++]);
    const int more = lead < 0x80             ? 0
                     : (lead & 0xE0) == 0xC0 ? 1
                     : (lead & 0xF0) == 0xE0 ? 2
                     : (lead & 0xF8) == 0xF0 ? 3
                                             : -1;
    const bool overlong = lead == 0xC0 || lead == 0xC1 || lead > 0xF4;
    if (more < 0 || overlong) return false;
    for (int i = 0; i < more; ++i) {
      if (at == text.size() || (static_cast<uint8_t>(text[at++]) & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

}  // namespace

/// Outlives the gateway with everyone who may still call it; the pointer is looked at on the SIP
/// shard only.
struct WebSocketGateway::Anchor {
  runtime::Shard& shard;
  WebSocketGateway* gateway;
};

/// One WebSocket between its own shard and the SIP shard.
struct WebSocketGateway::Link {
  Link(std::shared_ptr<Anchor> home, runtime::Shard& web_shard,
       const std::shared_ptr<http::WebSocket>& web_socket, const Address& peer, bool tls)
      : anchor(std::move(home)), web(web_shard), socket(web_socket), remote(peer), secure(tls) {}

  const std::shared_ptr<Anchor> anchor;
  runtime::Shard& web;                    // where the socket lives
  std::weak_ptr<http::WebSocket> socket;  // touched on that shard only
  Address remote;
  bool secure = false;
  std::atomic<size_t> waiting{0};    // messages on their way to the SIP shard
  std::atomic<size_t> leaving{0};    // bytes on their way to the socket
  Connection* connection = nullptr;  // on the SIP shard only
};

/// The transport's side of a WebSocket.
class WebSocketGateway::WebConnection final : public Connection {
 public:
  WebConnection(const Flow& flow, std::shared_ptr<Link> link)
      : Connection(flow, true), link_(std::move(link)) {}

  ~WebConnection() override {
    link_->connection = nullptr;
    link_->web.post([link = link_] {
      if (const auto socket = link->socket.lock()) socket->close(kGoingAway, {});
    });
  }

  bool send(std::string_view bytes, uint64_t /*token*/) override {
    if (link_->leaving + bytes.size() > kMaxQueuedBytesPerConnection) return false;
    link_->leaving += bytes.size();
    link_->web.post([link = link_, text = std::string(bytes)] {
      link->leaving -= text.size();
      if (const auto socket = link->socket.lock()) socket->send(text, !is_utf8(text));
    });
    return true;
  }
  Address local() const override { return {}; }

 private:
  std::shared_ptr<Link> link_;
};

WebSocketGateway::WebSocketGateway(runtime::Shard& shard, SocketTransport& transport)
    : transport_(transport), anchor_(std::make_shared<Anchor>(Anchor{shard, this})) {}

WebSocketGateway::~WebSocketGateway() { anchor_->gateway = nullptr; }

std::function<void(std::shared_ptr<http::Exchange>)> WebSocketGateway::handler() {
  return [anchor = anchor_](const std::shared_ptr<http::Exchange>& exchange) {
    accept(anchor, exchange);
  };
}

void WebSocketGateway::accept(const std::shared_ptr<Anchor>& anchor,
                              const std::shared_ptr<http::Exchange>& exchange) {
  const http::RequestHead& head = exchange->head();
  const auto remote = Address::parse(head.remote_address, head.remote_port);
  const bool secure = head.tls;
  const auto socket = exchange->accept_websocket("sip");
  if (!socket || !remote) return;
  runtime::Shard* const web = runtime::Shard::current();
  TANDEM_ASSERT(web != nullptr);
  const auto link = std::make_shared<Link>(anchor, *web, socket, *remote, secure);
  http::WebSocket* const raw = socket.get();
  socket->on_message = [link, raw](std::string message, bool /*binary*/) {
    if (message.size() > kMaxMessageBytes) return raw->close(kTooBig, {});
    if (link->waiting >= kMaxWaitingMessages) return raw->close(kPolicy, {});
    ++link->waiting;
    link->anchor->shard.post([link, text = std::move(message)] {
      --link->waiting;
      if (link->anchor->gateway != nullptr) link->anchor->gateway->receive(*link, text);
    });
  };
  socket->on_close = [link](uint16_t, std::string_view) {
    link->anchor->shard.post([link] {
      if (link->anchor->gateway != nullptr) link->anchor->gateway->closed(*link);
    });
  };
  anchor->shard.post([link] {
    if (link->anchor->gateway != nullptr) link->anchor->gateway->adopt(link);
  });
}

void WebSocketGateway::adopt(const std::shared_ptr<Link>& link) {
  const Protocol protocol = link->secure ? Protocol::Wss : Protocol::Ws;
  const bool taken = transport_.adopt(protocol, link->remote, [&link](const Flow& flow) {
    auto connection = std::make_unique<WebConnection>(flow, link);
    link->connection = connection.get();
    return connection;
  });
  if (taken) return;
  link->web.post([link] {
    if (const auto socket = link->socket.lock()) socket->close(kPolicy, "too many connections");
  });
}

void WebSocketGateway::receive(Link& link, const std::string& message) {
  if (link.connection == nullptr) return;
  if (message == "\r\n\r\n") {
    link.connection->send("\r\n", 0);
    return;
  }
  if (message.find_first_not_of("\r\n") == std::string::npos) return;
  transport_.connection_owner().on_connection_message(*link.connection, message);
}

void WebSocketGateway::closed(Link& link) {
  if (link.connection != nullptr) transport_.drop(*link.connection);
}

}  // namespace tandem::sip
