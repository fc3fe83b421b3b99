#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "carrier/smpp/delivery_queue.h"
#include "carrier/smpp/server.h"
#include "carrier/smpp/server_session.h"
#include "runtime/shards.h"

namespace tandem::carrier::smpp {

/// The peers of a server by system_id: which sessions they hold, and what is to be delivered over
/// them.
class ServerAccounts {
 public:
  using Time = Session::Time;

  /// All references outlive the accounts.
  ServerAccounts(runtime::Shard& shard, Random& random, const ServerOptions& options,
                 ServerListener& listener);
  ~ServerAccounts();

  size_t sessions_of(const std::string& system_id) const;
  /// The session is bound.
  void join(ServerSession& session);
  /// It is no more; fine when it never was.
  void leave(ServerSession& session);

  bool deliver(const std::string& system_id, uint64_t reference, Message&& message);
  /// The outcome of a delivery on a session: its response, or null for none.
  void on_response(const std::string& system_id, uint64_t delivery, const Pdu* response);
  /// Gives up what is too old, and forgets peers without sessions and deliveries.
  void tick(Time now);
  /// Gives up everything.
  void clear();
  /// Deliveries that wait or are in flight.
  size_t pending() const;

 private:
  struct Account {
    explicit Account(DeliveryQueue::Limits limits) : queue(limits) {}
    std::vector<ServerSession*> sessions;
    DeliveryQueue queue;
    runtime::TimerId retry_timer = 0;
    bool pump_is_posted = false;
  };

  Account& account(const std::string& system_id);
  static ServerSession* receiver(const Account& account);
  void tell_receivers(const std::string& system_id);
  void pump_later(const std::string& system_id);
  void pump(const std::string& system_id);
  void give_up(const std::vector<uint64_t>& references);

  runtime::Shard& shard_;
  Random& random_;
  const ServerOptions& options_;
  ServerListener& listener_;
  std::map<std::string, Account> accounts_;
  uint64_t next_delivery_ = 1;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace tandem::carrier::smpp
