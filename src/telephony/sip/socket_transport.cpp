#include "telephony/sip/socket_transport.h"

#include <algorithm>

#include <netinet/in.h>
#include <sys/socket.h>

#include "telephony/sip/limits.h"
#include "telephony/sip/stun.h"

namespace tandem::sip {
namespace {

/// Names and own addresses that are remembered; the tables start anew when they are full.
constexpr size_t kMaxRemembered = 4'096;

template <class Map>
void make_room(Map& map) {
  if (map.size() >= kMaxRemembered) map.clear();
}

size_t table_of(Protocol protocol) { return static_cast<size_t>(protocol); }

}  // namespace

SocketTransport::SocketTransport(runtime::Shard& shard, TimerWheel& wheel, Options options)
    : shard_(shard),
      wheel_(wheel),
      options_(std::move(options)),
      later_(wheel, bind<&SocketTransport::report_failures>(*this)) {}

SocketTransport::~SocketTransport() = default;

Result<void> SocketTransport::open() {
  for (const Listen& listen : options_.listen) {
    if (auto opened = open_one(listen); !opened) return opened;
  }
  return {};
}

void SocketTransport::listen() {
  for (const auto& [place, socket] : udp_) socket->watch();
  for (const auto& acceptor : acceptors_) acceptor->watch();
}

Result<void> SocketTransport::open_one(const Listen& listen) {
  const auto local = Address::parse(listen.address, listen.port);
  if (!local) return fail("SIP address \"" + listen.address + "\" is no IP address");
  if (listen.protocol == Protocol::Udp) {
    auto socket = UdpSocket::open(shard_.poller(), *local, *this);
    if (!socket) return fail(socket.error().what);
    bound_.push_back({listen.protocol, (*socket)->local(), listen.advertised_host});
    udp_.emplace_back(bound_.size() - 1, std::move(*socket));
    return {};
  }
  const bool plain = listen.protocol == Protocol::Tcp;
  if (!plain && listen.protocol != Protocol::Tls)
    return fail("WebSockets are handed over, not listened for");
  if (!plain && !options_.tls_server) return fail("SIP over TLS needs a certificate");
  auto acceptor = Acceptor::open(shard_.poller(), wheel_, listen.protocol, *local, *this);
  if (!acceptor) return fail(acceptor.error().what);
  bound_.push_back({listen.protocol, (*acceptor)->local(), listen.advertised_host});
  acceptors_.push_back(std::move(*acceptor));
  return {};
}

uint16_t SocketTransport::port(size_t listen_index) const {
  return bound_.at(listen_index).local.port();
}

void SocketTransport::send(const Flow& flow, std::string_view bytes, uint64_t token) {
  if (flow.protocol == Protocol::Udp) return send_datagram(flow, bytes, token);
  Connection* const connection = connection_for(flow);
  if (connection == nullptr || !connection->send(bytes, token)) fail_later(token);
}

void SocketTransport::send_datagram(const Flow& flow, std::string_view bytes, uint64_t token) {
  UdpSocket* const socket = socket_for(flow);
  if (socket == nullptr || !socket->send(flow.remote, bytes)) fail_later(token);
}

UdpSocket* SocketTransport::socket_for(const Flow& flow) const {
  for (const auto& [place, socket] : udp_) {
    const bool asked_for = flow.socket == 0 || flow.socket == place + 1;
    if (asked_for && socket->local().is_v6() == flow.remote.is_v6()) return socket.get();
  }
  return nullptr;
}

Connection* SocketTransport::find(const Flow& flow) const {
  const auto found = connections_.find(flow.connection);
  return found == connections_.end() ? nullptr : found->second.get();
}

Connection* SocketTransport::connection_for(const Flow& flow) {
  if (flow.connection != 0) return find(flow);
  const auto& peers = by_peer_[table_of(flow.protocol)];
  const auto known = peers.find(flow.remote);
  if (known == peers.end()) return connect(flow);
  Connection* const connection = connections_.at(known->second).get();
  // Over TLS a connection serves the name it was verified for and no other (RFC 5923).
  const bool fits = flow.protocol != Protocol::Tls || connection->peer_name == name_of(flow);
  return fits ? connection : connect(flow);
}

Connection* SocketTransport::connect(const Flow& flow) {
  const bool secure = flow.protocol == Protocol::Tls;
  if ((flow.protocol != Protocol::Tcp && !secure) || (secure && !options_.tls_client))
    return nullptr;
  if (connections_.size() >= kMaxConnections) return nullptr;
  const auto address = runtime::SocketAddress::parse(flow.remote.ip(), flow.remote.port());
  auto fd = address ? runtime::connect_tcp(*address) : fail("");
  if (!fd) return nullptr;
  const std::string name = name_of(flow);
  runtime::Stream stream =
      secure ? runtime::Stream::connect_tls(std::move(*fd), *options_.tls_client, name, nullptr)
             : runtime::Stream(std::move(*fd));
  const Flow known{flow.protocol, 0, ++last_connection_, flow.remote};
  auto made =
      std::make_unique<StreamConnection>(shard_.poller(), wheel_, connection_owner(),
                                         options_.deadlines, known, false, std::move(stream));
  if (!made->start()) return nullptr;
  if (secure) made->peer_name = name;
  return add(std::move(made));
}

std::string SocketTransport::name_of(const Flow& flow) const {
  const auto named = peer_names_.find(flow.remote);
  return named != peer_names_.end() ? named->second : flow.remote.ip();
}

Connection* SocketTransport::add(std::unique_ptr<Connection> connection) {
  Connection* const added = connection.get();
  const Flow& flow = added->flow();
  by_peer_[table_of(flow.protocol)][flow.remote] = flow.connection;
  if (added->is_inbound()) ++by_source_[flow.remote.source_network()];
  connections_.emplace(flow.connection, std::move(connection));
  return added;
}

bool SocketTransport::has_room(const Address& source) {
  const auto found = by_source_.find(source.source_network());
  const size_t of_source = found == by_source_.end() ? 0 : found->second;
  if (connections_.size() < kMaxConnections && of_source < kMaxConnectionsPerSource) return true;
  ++counters_.connections_refused;
  return false;
}

bool SocketTransport::adopt(Protocol protocol, const Address& remote,
                            const std::function<std::unique_ptr<Connection>(const Flow&)>& make) {
  if (!has_room(remote)) return false;
  ++counters_.accepted;
  add(make({protocol, 0, ++last_connection_, remote}));
  return true;
}

void SocketTransport::on_accept(Acceptor& acceptor, runtime::UniqueFd fd, const Address& from) {
  if (!has_room(from)) return;
  ++counters_.accepted;
  const Flow flow{acceptor.protocol(), 0, ++last_connection_, from};
  runtime::Stream stream = flow.protocol == Protocol::Tls
                               ? runtime::Stream::accept_tls(std::move(fd), *options_.tls_server)
                               : runtime::Stream(std::move(fd));
  auto made = std::make_unique<StreamConnection>(shard_.poller(), wheel_, connection_owner(),
                                                 options_.deadlines, flow, true, std::move(stream));
  if (made->start()) add(std::move(made));
}

void SocketTransport::on_datagram(UdpSocket& socket, std::string_view bytes, const Address& from) {
  ++counters_.datagrams;
  if (is_stun(bytes)) {
    ++counters_.stun;
    if (const auto answer = answer_stun(bytes, from)) socket.send(from, *answer);
    return;
  }
  // Keep-alives of all kinds: empty datagrams, line breaks, a few zero bytes.
  if (bytes.find_first_not_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return;
  const auto mine = std::find_if(udp_.begin(), udp_.end(), [&socket](const auto& entry) {
    return entry.second.get() == &socket;
  });
  const Flow flow{Protocol::Udp, static_cast<uint32_t>(mine->first + 1), 0, from};
  if (listener_ != nullptr) listener_->on_message(bytes, flow);
}

void SocketTransport::on_connection_message(Connection& connection, std::string_view bytes) {
  if (listener_ != nullptr) listener_->on_message(bytes, connection.flow());
}

void SocketTransport::on_connection_closed(Connection& connection,
                                           const std::vector<uint64_t>& lost) {
  for (uint64_t token : lost) fail_later(token);
  drop(connection);
}

void SocketTransport::drop(Connection& connection) {
  const Flow flow = connection.flow();
  const auto found = connections_.find(flow.connection);
  if (found == connections_.end()) return;
  graves_.push_back(std::move(found->second));
  connections_.erase(found);
  auto& peers = by_peer_[table_of(flow.protocol)];
  const auto peer = peers.find(flow.remote);
  if (peer != peers.end() && peer->second == flow.connection) peers.erase(peer);
  if (connection.is_inbound()) {
    const auto source = by_source_.find(flow.remote.source_network());
    if (source != by_source_.end() && --source->second == 0) by_source_.erase(source);
  }
  later_.start(std::chrono::milliseconds(0));
  if (listener_ != nullptr) listener_->on_closed(flow);
}

void SocketTransport::fail_later(uint64_t token) {
  if (token != 0) failed_.push_back(token);
  later_.start(std::chrono::milliseconds(0));
}

void SocketTransport::report_failures() {
  const auto gone = std::exchange(graves_, {});
  for (uint64_t token : std::exchange(failed_, {})) {
    if (listener_ != nullptr) listener_->on_send_failed(token);
  }
}

void SocketTransport::set_peer_name(const Flow& flow, std::string_view name) {
  make_room(peer_names_);
  peer_names_[flow.remote] = name;
}

bool SocketTransport::can_reach(Protocol protocol, bool v6) const {
  if (protocol == Protocol::Ws || protocol == Protocol::Wss) return false;
  if (protocol == Protocol::Tls && !options_.tls_client) return false;
  // We say where we are in Via and Contact: without a listener of that kind nobody could answer.
  return std::any_of(bound_.begin(), bound_.end(), [protocol, v6](const Bound& bound) {
    return bound.protocol == protocol && bound.local.is_v6() == v6;
  });
}

const SocketTransport::Bound* SocketTransport::bound_for(const Flow& flow) const {
  for (size_t i = 0; i < bound_.size(); ++i) {
    const bool asked_for = flow.socket == 0 || flow.socket == i + 1;
    const bool fits =
        bound_[i].protocol == flow.protocol && bound_[i].local.is_v6() == flow.remote.is_v6();
    if (asked_for && fits) return &bound_[i];
  }
  return nullptr;
}

std::string SocketTransport::local_host_port(const Flow& flow) const {
  const bool web = flow.protocol == Protocol::Ws || flow.protocol == Protocol::Wss;
  if (web && !options_.websocket_host_port.empty()) return options_.websocket_host_port;
  const Bound* const bound = bound_for(flow);
  if (bound == nullptr) return own_ip_towards(flow.remote);
  std::string host = bound->advertised_host;
  if (host.empty())
    host = bound->local.is_any() ? own_ip_towards(flow.remote) : bound->local.host();
  return host + ":" + std::to_string(bound->local.port());
}

/// The source address the kernel would choose; asked for once a peer.
std::string SocketTransport::own_ip_towards(const Address& remote) const {
  const auto known = own_ips_.find(remote.with_port(0));
  if (known != own_ips_.end()) return known->second;
  const int family = remote.is_v6() ? AF_INET6 : AF_INET;
  const runtime::UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  const socklen_t size = remote.to_sockaddr(storage, false);
  std::string host = remote.is_v6() ? "[::1]" : "127.0.0.1";
  if (fd && ::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0) {
    host = Address::from_sockaddr(*runtime::SocketAddress::local_of(fd.get()).get()).host();
  }
  make_room(own_ips_);
  own_ips_[remote.with_port(0)] = host;
  return host;
}

}  // namespace tandem::sip
