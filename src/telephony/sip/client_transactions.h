#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "telephony/sip/message.h"
#include "telephony/sip/outgoing_request.h"
#include "telephony/sip/timer_wheel.h"
#include "telephony/sip/transaction.h"
#include "telephony/sip/transport.h"

namespace tandem {
class Random;
}

namespace tandem::sip {

/// Who sent a request and wants its responses.
class ClientUser {
 public:
  virtual ~ClientUser() = default;
  /// Every response but retransmitted ones; of an INVITE every 2xx that was not acknowledged yet.
  virtual void on_response(const TransactionId& id, const Message& response) = 0;
  /// No final response will come. The transaction is gone.
  virtual void on_failure(const TransactionId& id, Failure why) = 0;
};

/// Client transactions (RFC 3261 section 17.1 with RFC 6026): retransmits over UDP, acknowledges
/// failures of INVITE, cancels.
class ClientTransactions {
 public:
  ClientTransactions(Transport& transport, TimerWheel& wheel, const KeyedHash& hash, Random& random,
                     TimerSettings timers);
  ~ClientTransactions();

  /// Encodes and sends. `user` must live until the end of the transaction or detach().
  TransactionId send(const OutgoingRequest& request, const Flow& flow, ClientUser& user);
  /// Sends a request that has no response: the ACK of a 2xx.
  void send_ack(const OutgoingRequest& ack, const Flow& flow);
  /// The ACK of a 2xx; repeated by the transaction for every retransmission of it.
  void acknowledge(const TransactionId& invite, std::string_view to_tag, const OutgoingRequest& ack,
                   const Flow& flow);
  /// Sends CANCEL as soon as a provisional response allows it. The transaction then ends with
  /// the final response, or as a timeout.
  void cancel(const TransactionId& id, const HeaderList& extra = {});
  /// Responses will be swallowed from now on.
  void detach(const TransactionId& id);

  /// A well-formed response; false when no transaction waits for it.
  bool receive(const Message& response);
  /// What the transport reports under the token it was given.
  void on_send_failed(uint64_t token);
  /// Whether `branch` is of an INVITE of ours, still pending, that went to `uri` (a loop).
  bool is_pending_invite(std::string_view branch, std::string_view uri) const;
  size_t size() const { return entries_.size(); }

 private:
  class Entry;
  Entry* find(const TransactionId& id) const;
  void erase(const TransactionId& id);
  Key key_of(std::string_view branch, std::string_view method) const;
  std::string new_branch();

  Transport& transport_;
  TimerWheel& wheel_;
  const KeyedHash& hash_;
  Random& random_;
  const TimerSettings timers_;
  std::unordered_map<Key, std::unique_ptr<Entry>> entries_;
  std::unordered_map<uint64_t, Key> tokens_;
};

}  // namespace tandem::sip
