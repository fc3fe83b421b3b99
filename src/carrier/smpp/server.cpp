#include "carrier/smpp/server.h"

#include <cerrno>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include "carrier/smpp/content.h"
#include "carrier/smpp/delivery_queue.h"
#include "carrier/smpp/server_session.h"
#include "core/log.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

namespace tandem::carrier::smpp {

using Kind = DeliverOutcome::Kind;
using Time = Session::Time;

namespace {

Time clock_now() { return std::chrono::steady_clock::now(); }

}  // namespace

class Server::Impl final : runtime::Watcher, ServerSession::Listener {
 public:
  Impl(runtime::Shard& shard, Random& random, ServerOptions options, ServerListener& listener)
      : shard_(shard), random_(random), options_(std::move(options)), listener_(listener) {}
  ~Impl();

  Result<void> start();
  uint16_t port() const { return runtime::SocketAddress::local_of(socket_.get()).port(); }
  void accept(uint64_t id, const Grant& grant);
  void refuse(uint64_t id, Status status);
  void answer(const RequestToken& token, Status status, Body body);
  bool deliver(const std::string& system_id, uint64_t reference, Message&& message);
  void stop(UniqueFunction<void()> done);
  size_t pending() const;
  size_t sessions() const { return sessions_.size(); }

 private:
  /// All sessions under one system_id and what waits for them.
  struct Account {
    explicit Account(DeliveryQueue::Limits limits) : queue(std::move(limits)) {}
    std::vector<ServerSession*> sessions;
    DeliveryQueue queue;
    runtime::TimerId retry_timer = 0;
    bool pump_is_posted = false;
  };
  using Accounts = std::map<std::string, Account>;

  void on_ready(uint32_t events) override;
  void on_bind(ServerSession& session, const BindRequest& request) override;
  void on_request(ServerSession& session, const RequestToken& token, const Pdu& request) override;
  void on_response(ServerSession& session, uint64_t delivery, const Pdu* response) override;
  void on_closed(ServerSession& session, const std::string& why) override;

  void accept_all();
  void admit(runtime::UniqueFd fd);
  size_t unbound_of(const std::string& host) const;
  ServerSession* find(uint64_t id);
  Account& account(const std::string& system_id);
  ServerSession* receiver(const Account& account) const;
  void tell_receivers(const std::string& system_id);
  void pump_later(const std::string& system_id);
  void pump(const std::string& system_id);
  void give_up(const std::vector<uint64_t>& references);
  void tidy_accounts(Time now);
  void leave_account(ServerSession& session);
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
  Random& random_;
  ServerOptions options_;
  ServerListener& listener_;
  runtime::UniqueFd socket_;
  std::unordered_map<uint64_t, std::unique_ptr<ServerSession>> sessions_;
  Accounts accounts_;
  uint64_t next_session_ = 1;
  uint64_t next_delivery_ = 1;
  runtime::TimerId tick_timer_ = 0;
  bool stopping_ = false;
  UniqueFunction<void()> on_stopped_;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

Server::Impl::~Impl() {
  shard_.cancel(tick_timer_);
  for (auto& [system_id, peer] : accounts_) shard_.cancel(peer.retry_timer);
  if (socket_) shard_.poller().remove(socket_.get(), *this);
}

Result<void> Server::Impl::start() {
  const auto address = runtime::SocketAddress::parse(options_.address, options_.port);
  if (!address) return tl::unexpected(address.error());
  auto socket = runtime::listen_tcp(*address, false);
  if (!socket) return tl::unexpected(socket.error());
  if (!shard_.poller().add(socket->get(), *this, EPOLLIN | EPOLLET)) {
    return fail("out of resources");
  }
  socket_ = std::move(*socket);
  tick_timer_ = shard_.after(options_.tick, [this] { tick(); });
  return {};
}

void Server::Impl::on_ready(uint32_t /*events*/) { accept_all(); }

void Server::Impl::accept_all() {
  while (socket_) {
    runtime::UniqueFd fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      admit(std::move(fd));
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

void Server::Impl::admit(runtime::UniqueFd fd) {
  if (sessions_.size() >= options_.max_sessions) return;
  runtime::set_no_delay(fd.get());
  auto stream = options_.tls ? runtime::Stream::accept_tls(std::move(fd), *options_.tls)
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
  Account& peer = account(session->system_id());
  if (stopping_ || peer.sessions.size() >= grant.max_sessions) {
    return session->refuse(stopping_ ? Status::SystemError : Status::BindFailed);
  }
  peer.sessions.push_back(session);
  session->accept(grant);
  tell_receivers(session->system_id());
  pump_later(session->system_id());
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

void Server::Impl::answer(const RequestToken& token, Status status, Body body) {
  if (ServerSession* session = find(token.session)) {
    session->respond(token.command, token.sequence, status, std::move(body));
  }
}

void Server::Impl::on_closed(ServerSession& session, const std::string& why) {
  log::debug("smpp", "session ended",
             {{"peer", session.host()}, {"system_id", session.system_id()}, {"why", why}});
  leave_account(session);
  later([this, id = session.id()] {
    sessions_.erase(id);
    finish_stopping();
  });
}

void Server::Impl::leave_account(ServerSession& session) {
  const auto found = accounts_.find(session.system_id());
  if (found == accounts_.end()) return;
  if (std::erase(found->second.sessions, &session) == 0) return;
  tell_receivers(session.system_id());
  pump_later(session.system_id());
}

void Server::Impl::tell_receivers(const std::string& system_id) {
  size_t count = 0;
  for (const ServerSession* session : account(system_id).sessions) {
    if (session->receives()) ++count;
  }
  listener_.on_receivers(system_id, count);
}

Server::Impl::Account& Server::Impl::account(const std::string& system_id) {
  const auto found = accounts_.find(system_id);
  if (found != accounts_.end()) return found->second;
  DeliveryQueue::Limits limits;
  limits.max_waiting = options_.max_waiting;
  limits.max_attempts = options_.max_attempts;
  limits.lifetime = options_.delivery_lifetime;
  limits.pauses = Backoff(options_.retry_shortest, options_.retry_longest);
  return accounts_.try_emplace(system_id, limits).first->second;
}

bool Server::Impl::deliver(const std::string& system_id, uint64_t reference, Message&& message) {
  if (stopping_) return false;
  if (!account(system_id).queue.add(next_delivery_, reference, std::move(message), clock_now())) {
    return false;
  }
  ++next_delivery_;
  pump_later(system_id);
  return true;
}

/// The session with the most room that takes deliveries.
ServerSession* Server::Impl::receiver(const Account& peer) const {
  ServerSession* best = nullptr;
  for (ServerSession* session : peer.sessions) {
    if (!session->receives() || !session->has_room()) continue;
    if (best == nullptr || session->in_flight() < best->in_flight()) best = session;
  }
  return best;
}

void Server::Impl::pump_later(const std::string& system_id) {
  Account& peer = account(system_id);
  if (peer.pump_is_posted) return;
  peer.pump_is_posted = true;
  later([this, system_id] { pump(system_id); });
}

void Server::Impl::pump(const std::string& system_id) {
  Account& peer = account(system_id);
  peer.pump_is_posted = false;
  while (peer.queue.ready(clock_now())) {
    ServerSession* session = receiver(peer);
    if (session == nullptr) return;  // the next response, session or tick makes room
    const DeliveryQueue::Delivery& delivery = peer.queue.launch();
    const uint64_t id = delivery.id;
    const Status status = session->deliver(id, delivery.message);
    if (status == Status::Ok) continue;
    const auto reference = peer.queue.finish(id);
    listener_.on_delivered(*reference, {Kind::Refused, status});
  }
  const auto next = peer.queue.next_try();
  if (!next) return;
  shard_.cancel(peer.retry_timer);
  peer.retry_timer = shard_.after(*next - clock_now(), [this, system_id] { pump(system_id); });
}

void Server::Impl::on_response(ServerSession& session, uint64_t delivery, const Pdu* response) {
  Account& peer = account(session.system_id());
  const Reaction reaction =
      response == nullptr ? Reaction::TryLater : reaction_to(response->status);
  pump_later(session.system_id());
  if (reaction == Reaction::SlowDown || reaction == Reaction::TryLater) {
    if (const auto over = peer.queue.retry(delivery, clock_now(), random_)) give_up({*over});
    return;
  }
  const auto reference = peer.queue.finish(delivery);
  if (!reference) return;
  const Kind kind = reaction == Reaction::None ? Kind::Delivered : Kind::Refused;
  listener_.on_delivered(*reference, {kind, response->status});
}

void Server::Impl::give_up(const std::vector<uint64_t>& references) {
  for (const uint64_t reference : references) {
    listener_.on_delivered(reference, {Kind::GivenUp, Status::Ok});
  }
}

void Server::Impl::tidy_accounts(Time now) {
  std::vector<uint64_t> expired;
  for (auto it = accounts_.begin(); it != accounts_.end();) {
    Account& peer = it->second;
    for (const uint64_t reference : peer.queue.expire(now)) expired.push_back(reference);
    if (peer.sessions.empty() && peer.queue.size() == 0 && !peer.pump_is_posted) {
      shard_.cancel(peer.retry_timer);
      it = accounts_.erase(it);
      continue;
    }
    if (peer.queue.size() > 0) pump_later(it->first);
    ++it;
  }
  give_up(expired);
}

void Server::Impl::tick() {
  const Time now = clock_now();
  // Sessions that end in here leave the map in another turn.
  for (const auto& [id, session] : sessions_) session->tick(now);
  tidy_accounts(now);
  accept_all();
  tick_timer_ = shard_.after(options_.tick, [this] { tick(); });
}

void Server::Impl::stop(UniqueFunction<void()> done) {
  stopping_ = true;
  on_stopped_ = std::move(done);
  if (socket_) {
    shard_.poller().remove(socket_.get(), *this);
    socket_.reset();
  }
  later([this] {
    for (const auto& [id, session] : sessions_) session->end();
    for (auto& [system_id, peer] : accounts_) give_up(peer.queue.clear());
    finish_stopping();
  });
}

void Server::Impl::finish_stopping() {
  if (!stopping_ || !sessions_.empty() || !on_stopped_) return;
  shard_.post(std::move(on_stopped_));
  on_stopped_ = {};
}

size_t Server::Impl::pending() const {
  size_t count = 0;
  for (const auto& [system_id, peer] : accounts_) count += peer.queue.size();
  return count;
}

Server::Server(runtime::Shard& shard, Random& random, ServerOptions options,
               ServerListener& listener)
    : impl_(std::make_unique<Impl>(shard, random, std::move(options), listener)) {}

Server::~Server() = default;

Result<void> Server::start() { return impl_->start(); }
uint16_t Server::port() const { return impl_->port(); }
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
