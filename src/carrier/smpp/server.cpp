#include "carrier/smpp/server.h"

#include <cerrno>
#include <unordered_map>
#include <utility>

#include <sys/socket.h>

#include "carrier/smpp/content.h"
#include "carrier/smpp/server_accounts.h"
#include "carrier/smpp/server_session.h"
#include "core/log.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

namespace tandem::carrier::smpp {

class Server::Impl final : runtime::Watcher, ServerSession::Listener {
 public:
  Impl(runtime::Shard& shard, Random& random, ServerOptions options, ServerListener& listener)
      : shard_(shard),
        options_(std::move(options)),
        listener_(listener),
        accounts_(shard, random, options_, listener) {}
  ~Impl();

  Result<void> start();
  uint16_t port(size_t place) const {
    return runtime::SocketAddress::local_of(sockets_[place].get()).port();
  }
  void accept(uint64_t id, const Grant& grant);
  void refuse(uint64_t id, Status status);
  void answer(const RequestToken& token, Status status, Body body);
  bool deliver(const std::string& system_id, uint64_t reference, Message&& message) {
    return !stopping_ && accounts_.deliver(system_id, reference, std::move(message));
  }
  void stop(UniqueFunction<void()> done);
  size_t pending() const { return accounts_.pending(); }
  size_t sessions() const { return sessions_.size(); }

 private:
  void on_ready(uint32_t events) override;
  void on_bind(ServerSession& session, const BindRequest& request) override;
  void on_request(ServerSession& session, const RequestToken& token, const Pdu& request) override;
  void on_response(ServerSession& session, uint64_t delivery, const Pdu* response) override;
  void on_closed(ServerSession& session, const std::string& why) override;

  Result<void> listen(const ServerPlace& place);
  void accept_all();
  void accept_at(size_t place);
  void admit(runtime::UniqueFd fd, const ServerPlace& place);
  size_t unbound_of(const std::string& host) const;
  ServerSession* find(uint64_t id);
  void tick();
  void finish_stopping();
  /// Runs `work` in another turn of the loop, unless the server is gone then.
  template <class Work>
  void later(Work work) {
    shard_.post([alive = std::weak_ptr(life_), work = std::move(work)]() mutable {
      if (!alive.expired()) work();
    });
  }

  runtime::Shard& shard_;
  ServerOptions options_;
  ServerListener& listener_;
  ServerAccounts accounts_;
  std::vector<runtime::UniqueFd> sockets_;  // of the places, in their order
  std::unordered_map<uint64_t, std::unique_ptr<ServerSession>> sessions_;
  uint64_t next_session_ = 1;
  runtime::TimerId tick_timer_ = 0;
  bool stopping_ = false;
  UniqueFunction<void()> on_stopped_;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

Server::Impl::~Impl() {
  shard_.cancel(tick_timer_);
  for (const auto& socket : sockets_) shard_.poller().remove(socket.get(), *this);
}

Result<void> Server::Impl::start() {
  for (const ServerPlace& place : options_.places) {
    if (auto listening = listen(place); !listening) return listening;
  }
  tick_timer_ = shard_.after(options_.tick, [this] { tick(); });
  return {};
}

Result<void> Server::Impl::listen(const ServerPlace& place) {
  const auto address = runtime::SocketAddress::parse(place.address, place.port);
  if (!address) return tl::unexpected(address.error());
  auto socket = runtime::listen_tcp(*address, false);
  if (!socket) return tl::unexpected(socket.error());
  if (!shard_.poller().add(socket->get(), *this, EPOLLIN | EPOLLET)) {
    return fail("out of resources");
  }
  sockets_.push_back(std::move(*socket));
  return {};
}

void Server::Impl::on_ready(uint32_t /*events*/) { accept_all(); }

void Server::Impl::accept_all() {
  for (size_t place = 0; place < sockets_.size(); ++place) accept_at(place);
}

void Server::Impl::accept_at(size_t place) {
  while (true) {
    runtime::UniqueFd fd(
        ::accept4(sockets_[place].get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      admit(std::move(fd), options_.places[place]);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;  // nobody waits, or out of descriptors: the tick tries again
    }
  }
}

size_t Server::Impl::unbound_of(const std::string& host) const {
  size_t count = 0;
  for (const auto& [id, session] : sessions_) {
    if (session->stranger() && session->host() == host) ++count;
  }
  return count;
}

void Server::Impl::admit(runtime::UniqueFd fd, const ServerPlace& place) {
  if (sessions_.size() >= options_.max_sessions) return;
  runtime::set_no_delay(fd.get());
  auto stream = place.tls ? runtime::Stream::accept_tls(std::move(fd), *place.tls)
                          : runtime::Stream(std::move(fd));
  const uint64_t id = next_session_++;
  ServerSession::Listener& self = *this;
  auto session = std::make_unique<ServerSession>(id, shard_, std::move(stream), options_, self);
  if (unbound_of(session->host()) >= options_.max_unbound_per_address) return;
  if (session->start()) sessions_.emplace(id, std::move(session));
}

ServerSession* Server::Impl::find(uint64_t id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void Server::Impl::on_bind(ServerSession& session, const BindRequest& request) {
  listener_.on_bind(session.id(), request);
}

void Server::Impl::accept(uint64_t id, const Grant& grant) {
  ServerSession* session = find(id);
  if (session == nullptr || !session->waits_for_verdict()) return;
  if (stopping_) return session->refuse(Status::SystemError);
  if (accounts_.sessions_of(session->system_id()) >= grant.max_sessions) {
    return session->refuse(Status::BindFailed);
  }
  session->accept(grant);
  accounts_.join(*session);
}

void Server::Impl::refuse(uint64_t id, Status status) {
  ServerSession* session = find(id);
  if (session != nullptr && session->waits_for_verdict()) session->refuse(status);
}

void Server::Impl::on_request(ServerSession& session, const RequestToken& token,
                              const Pdu& request) {
  if (request.command == Command::SubmitSm) {
    listener_.on_submit(token, session.system_id(), std::get<Message>(request.body));
  } else if (request.command == Command::DataSm) {
    listener_.on_submit(token, session.system_id(), message_of(std::get<DataSm>(request.body)));
  } else {
    listener_.on_operation(token, session.system_id(), request);
  }
}

void Server::Impl::on_response(ServerSession& session, uint64_t delivery, const Pdu* response) {
  accounts_.on_response(session.system_id(), delivery, response);
}

void Server::Impl::answer(const RequestToken& token, Status status, Body body) {
  if (ServerSession* session = find(token.session)) {
    session->respond(token.command, token.sequence, status, std::move(body));
  }
}

void Server::Impl::on_closed(ServerSession& session, const std::string& why) {
  log::debug("smpp", "session ended",
             {{"peer", session.host()}, {"system_id", session.system_id()}, {"why", why}});
  accounts_.leave(session);
  later([this, id = session.id()] {
    sessions_.erase(id);
    finish_stopping();
  });
}

void Server::Impl::tick() {
  const Session::Time now = std::chrono::steady_clock::now();
  // Sessions that end in here leave the map in another turn.
  for (const auto& [id, session] : sessions_) session->tick(now);
  accounts_.tick(now);
  accept_all();
  tick_timer_ = shard_.after(options_.tick, [this] { tick(); });
}

void Server::Impl::stop(UniqueFunction<void()> done) {
  stopping_ = true;
  on_stopped_ = std::move(done);
  for (const auto& socket : sockets_) shard_.poller().remove(socket.get(), *this);
  sockets_.clear();
  later([this] {
    for (const auto& [id, session] : sessions_) session->end();
    accounts_.clear();
    finish_stopping();
  });
}

void Server::Impl::finish_stopping() {
  if (!stopping_ || !sessions_.empty() || !on_stopped_) return;
  shard_.post(std::move(on_stopped_));
  on_stopped_ = {};
}

Server::Server(runtime::Shard& shard, Random& random, ServerOptions options,
               ServerListener& listener)
    : impl_(std::make_unique<Impl>(shard, random, std::move(options), listener)) {}

Server::~Server() = default;

Result<void> Server::start() { return impl_->start(); }
uint16_t Server::port(size_t place) const { return impl_->port(place); }
void Server::accept(uint64_t session, const Grant& grant) { impl_->accept(session, grant); }
void Server::refuse(uint64_t session, Status status) { impl_->refuse(session, status); }
void Server::answer_submit(const RequestToken& token, Status status, std::string message_id) {
  impl_->answer(token, status, MessageResp{std::move(message_id), {}});
}
void Server::answer(const RequestToken& token, Status status, Body body) {
  impl_->answer(token, status, std::move(body));
}
bool Server::deliver(const std::string& system_id, uint64_t reference, Message message) {
  return impl_->deliver(system_id, reference, std::move(message));
}
size_t Server::pending() const { return impl_->pending(); }
size_t Server::sessions() const { return impl_->sessions(); }
void Server::stop(UniqueFunction<void()> done) { impl_->stop(std::move(done)); }

}  // namespace tandem::carrier::smpp
