#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.h"
#include "runtime/shards.h"
#include "runtime/tls.h"
#include "telephony/sip/acceptor.h"
#include "telephony/sip/connection.h"
#include "telephony/sip/transport.h"
#include "telephony/sip/udp_socket.h"

namespace tandem::sip {

/// The real transport of one shard: UDP, TCP and TLS listeners, connections both ways, and the
/// WebSockets it is handed. A connection is used again for every message to its peer.
class SocketTransport final : public Transport,
                              private UdpSocket::Listener,
                              private Acceptor::Listener,
                              private Connection::Owner {
 public:
  /// One address to listen on.
  struct Listen {
    Protocol protocol = Protocol::Udp;
    std::string address = "127.0.0.1";
    uint16_t port = 0;            // 0: any free one
    std::string advertised_host;  // what peers are told, behind a 1:1 NAT; empty: the address
  };

  struct Options {
    std::vector<Listen> listen;
    std::shared_ptr<runtime::TlsContext> tls_server;  // for TLS listeners
    std::shared_ptr<runtime::TlsContext> tls_client;  // for TLS connections of ours
    /// host:port of the WebSocket listener that hands over its connections, for Via and Contact.
    std::string websocket_host_port;
    Deadlines deadlines;
  };

  struct Counters {
    uint64_t datagrams = 0;
    uint64_t stun = 0;
    uint64_t accepted = 0;
    uint64_t connections_refused = 0;  // beyond kMaxConnections or kMaxConnectionsPerSource
  };

  SocketTransport(runtime::Shard& shard, TimerWheel& wheel, Options options);
  ~SocketTransport() override;

  /// Opens the listeners; why one could not be, in words a person can act on. What comes waits.
  Result<void> open();
  /// Begins to take what comes.
  void listen();
  /// The port the n-th of Options::listen got.
  uint16_t port(size_t listen_index) const;
  const Counters& counters() const { return counters_; }
  size_t connection_count() const { return connections_.size(); }

  // Transport
  void set_listener(Transport::Listener* listener) override { listener_ = listener; }
  void send(const Flow& flow, std::string_view bytes, uint64_t token) override;
  void set_peer_name(const Flow& flow, std::string_view name) override;
  bool can_reach(Protocol protocol, bool v6) const override;
  std::string local_host_port(const Flow& flow) const override;

  /// Takes over a connection that something else accepted: a WebSocket. False when there are too
  /// many. `make` gets the flow it is known by.
  bool adopt(Protocol protocol, const Address& remote,
             const std::function<std::unique_ptr<Connection>(const Flow&)>& make);
  /// The connection of that flow, or null.
  Connection* find(const Flow& flow) const;
  Connection::Owner& connection_owner() { return *this; }
  /// Ends a connection from outside: its flow is reported closed.
  void drop(Connection& connection);

 private:
  struct Bound {
    Protocol protocol;
    Address local;
    std::string advertised_host;
  };

  void on_datagram(UdpSocket& socket, std::string_view bytes, const Address& from) override;
  void on_accept(Acceptor& acceptor, runtime::UniqueFd fd, const Address& from) override;
  void on_connection_message(Connection& connection, std::string_view bytes) override;
  void on_connection_closed(Connection& connection, const std::vector<uint64_t>& lost) override;

  Result<void> open_one(const Listen& listen);
  UdpSocket* socket_for(const Flow& flow) const;
  const Bound* bound_for(const Flow& flow) const;
  Connection* connection_for(const Flow& flow);
  std::string name_of(const Flow& flow) const;
  Connection* connect(const Flow& flow);
  Connection* add(std::unique_ptr<Connection> connection);
  bool has_room(const Address& source);
  void send_datagram(const Flow& flow, std::string_view bytes, uint64_t token);
  void fail_later(uint64_t token);
  void report_failures();
  std::string own_ip_towards(const Address& remote) const;

  runtime::Shard& shard_;
  TimerWheel& wheel_;
  const Options options_;
  Transport::Listener* listener_ = nullptr;
  Counters counters_;
  std::vector<Bound> bound_;                                        // as Options::listen
  std::vector<std::pair<size_t, std::unique_ptr<UdpSocket>>> udp_;  // with their place in bound_
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  uint64_t last_connection_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<Address, uint64_t> by_peer_[5];  // a table a protocol
  std::unordered_map<Address, size_t> by_source_;
  std::unordered_map<Address, std::string> peer_names_;
  mutable std::unordered_map<Address, std::string> own_ips_;
  std::vector<std::unique_ptr<Connection>> graves_;
  std::vector<uint64_t> failed_;
  Timer later_;
};

}  // namespace tandem::sip
