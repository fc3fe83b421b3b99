#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telephony/sip/client_transactions.h"
#include "telephony/sip/endpoint.h"
#include "telephony/sip/request_check.h"
#include "telephony/sip/server_transactions.h"

namespace tandem::sip {

class Leg;

/// What an Endpoint is made of, as its legs see it: transactions, tables of legs, and the way a
/// message takes from the transport to whom it concerns.
class Endpoint::Core final : public Transport::Listener, public ServerUser {
 public:
  Core(Endpoint& self, Transport& transport, Locator& locator, TimerWheel& wheel, Random& random,
       Options options, Endpoint::Listener& listener);
  ~Core() override;

  // Transport::Listener
  void on_message(std::string_view bytes, const Flow& flow) override;
  void on_send_failed(uint64_t token) override { client.on_send_failed(token); }
  void on_closed(const Flow& flow) override { listener.on_flow_closed(flow); }

  // ServerUser
  Admission admit(const Message& request, const Flow& flow) override;
  void on_request(const TransactionId& id, const Message& request, const Flow& flow) override;
  void on_ack(const Message& ack, const Flow& flow) override;
  void on_cancel(const TransactionId& invite, const Message& cancel) override;
  void on_budget_freed(const Flow& flow) override { limiter.closed(flow.remote); }

  // For legs.
  /// Enters the leg under its dialog, and under the transaction of its INVITE when it has one.
  void enter(Leg& leg, const TransactionId* invite);
  /// Takes the leg out of every table; it is destroyed when its callers have returned.
  void retire(Leg& leg);
  Leg* find_leg(std::string_view call_id, std::string_view local_tag) const;
  /// A BYE or CANCEL that nobody waits for.
  void send_and_forget(RequestPlan plan);

  Endpoint& self;
  Transport& transport;
  Locator& locator;
  TimerWheel& wheel;
  Random& random;
  const Options options;
  Endpoint::Listener& listener;
  const KeyedHash hash;
  const Capabilities capabilities;
  ServerTransactions server;
  ClientTransactions client;
  Requests requests;
  SourceLimiter limiter;
  Counters counters;
  CallLeg::Listener nobody;  // of legs whose user set none
  LegId last_leg_id = 0;
  std::unordered_map<LegId, std::unique_ptr<Leg>> legs;

 private:
  void receive_request(const Flow& flow, ParseFault fault);
  void refuse_malformed(const Flow& flow, const Refusal& refusal);
  void receive_invite(const TransactionId& id, const Message& request, const Flow& flow);
  void receive_outside(const TransactionId& id, const Message& request, const Flow& flow);
  bool refuse(const TransactionId& id, const Message& request);
  bool is_loop(const Message& request) const;
  /// The leg Replaces names; a status other than 0 says why there is none.
  Leg* replaced_leg(const Message& invite, int& status) const;
  Leg* leg_of(const Message& request) const;
  void clear_graves();

  Message message_;  // the one being looked at
  std::unordered_map<Key, Leg*> by_dialog_;
  std::unordered_map<Key, Leg*> by_invite_;
  std::vector<std::unique_ptr<Leg>> graves_;
  Timer grave_timer_;
};

}  // namespace tandem::sip
