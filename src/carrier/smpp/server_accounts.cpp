#include "carrier/smpp/server_accounts.h"

#include <utility>

namespace tandem::carrier::smpp {

using Kind = DeliverOutcome::Kind;

namespace {

Session::Time clock_now() { return std::chrono::steady_clock::now(); }

}  // namespace

ServerAccounts::ServerAccounts(runtime::Shard& shard, Random& random, const ServerOptions& options,
                               ServerListener& listener)
    : shard_(shard), random_(random), options_(options), listener_(listener) {}

ServerAccounts::~ServerAccounts() {
  for (auto& [system_id, account] : accounts_) shard_.cancel(account.retry_timer);
}

ServerAccounts::Account& ServerAccounts::account(const std::string& system_id) {
  const auto found = accounts_.find(system_id);
  if (found != accounts_.end()) return found->second;
  DeliveryQueue::Limits limits;
  limits.max_waiting = options_.max_waiting;
  limits.max_attempts = options_.max_attempts;
  limits.lifetime = options_.delivery_lifetime;
  limits.pauses = Backoff(options_.retry_shortest, options_.retry_longest);
  return accounts_.try_emplace(system_id, limits).first->second;
}

size_t ServerAccounts::sessions_of(const std::string& system_id) const {
  const auto found = accounts_.find(system_id);
  return found == accounts_.end() ? 0 : found->second.sessions.size();
}

void ServerAccounts::join(ServerSession& session) {
  account(session.system_id()).sessions.push_back(&session);
  tell_receivers(session.system_id());
  pump_later(session.system_id());
}

void ServerAccounts::leave(ServerSession& session) {
  const auto found = accounts_.find(session.system_id());
  if (found == accounts_.end()) return;
  if (std::erase(found->second.sessions, &session) == 0) return;
  tell_receivers(session.system_id());
  pump_later(session.system_id());
}

void ServerAccounts::tell_receivers(const std::string& system_id) {
  size_t count = 0;
  for (const ServerSession* session : account(system_id).sessions) {
    if (session->receives()) ++count;
  }
  listener_.on_receivers(system_id, count);
}

bool ServerAccounts::deliver(const std::string& system_id, uint64_t reference, Message&& message) {
  DeliveryQueue& queue = account(system_id).queue;
  if (!queue.add(next_delivery_, reference, std::move(message), clock_now())) return false;
  ++next_delivery_;
  pump_later(system_id);
  return true;
}

/// The session with the most room that takes deliveries.
ServerSession* ServerAccounts::receiver(const Account& account) {
  ServerSession* best = nullptr;
  for (ServerSession* session : account.sessions) {
    if (!session->receives() || !session->has_room()) continue;
    if (best == nullptr || session->in_flight() < best->in_flight()) best = session;
  }
  return best;
}

void ServerAccounts::pump_later(const std::string& system_id) {
  Account& peer = account(system_id);
  if (peer.pump_is_posted) return;
  peer.pump_is_posted = true;
  shard_.post([this, system_id, alive = std::weak_ptr(life_)] {
    if (!alive.expired()) pump(system_id);
  });
}

void ServerAccounts::pump(const std::string& system_id) {
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

void ServerAccounts::on_response(const std::string& system_id, uint64_t delivery,
                                 const Pdu* response) {
  DeliveryQueue& queue = account(system_id).queue;
  const Reaction reaction =
      response == nullptr ? Reaction::TryLater : reaction_to(response->status);
  pump_later(system_id);
  if (reaction == Reaction::SlowDown || reaction == Reaction::TryLater) {
    if (const auto over = queue.retry(delivery, clock_now(), random_)) give_up({*over});
    return;
  }
  const auto reference = queue.finish(delivery);
  if (!reference) return;
  const Kind kind = reaction == Reaction::None ? Kind::Delivered : Kind::Refused;
  listener_.on_delivered(*reference, {kind, response->status});
}

void ServerAccounts::give_up(const std::vector<uint64_t>& references) {
  for (const uint64_t reference : references) {
    listener_.on_delivered(reference, {Kind::GivenUp, Status::Ok});
  }
}

void ServerAccounts::tick(Time now) {
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

void ServerAccounts::clear() {
  std::vector<uint64_t> left;
  for (auto& [system_id, account] : accounts_) {
    for (const uint64_t reference : account.queue.clear()) left.push_back(reference);
  }
  give_up(left);
}

size_t ServerAccounts::pending() const {
  size_t count = 0;
  for (const auto& [system_id, account] : accounts_) count += account.queue.size();
  return count;
}

}  // namespace tandem::carrier::smpp
