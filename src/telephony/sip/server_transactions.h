#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "telephony/sip/message.h"
#include "telephony/sip/response.h"
#include "telephony/sip/timer_wheel.h"
#include "telephony/sip/transaction.h"
#include "telephony/sip/transport.h"

namespace tandem {
class Random;
}

namespace tandem::sip {

/// Whether a new request may have a transaction.
enum class Admission : uint8_t {
  No,       // whoever says so has dealt with the request
  Free,     // nobody counts it
  Budgeted  // counted until on_budget_freed()
};

/// The transaction user of incoming requests.
class ServerUser {
 public:
  virtual ~ServerUser() = default;
  virtual Admission admit(const Message& request, const Flow& flow) = 0;
  /// A request seen for the first time. Answer it with respond(), now or later.
  virtual void on_request(const TransactionId& id, const Message& request, const Flow& flow) = 0;
  /// An ACK that belongs to a 2xx.
  virtual void on_ack(const Message& ack, const Flow& flow) = 0;
  /// A pending INVITE was cancelled; the CANCEL itself is answered already.
  virtual void on_cancel(const TransactionId& invite, const Message& cancel) = 0;
  /// A transaction that was Budgeted is over.
  virtual void on_budget_freed(const Flow& flow) = 0;
};

/// Server transactions (RFC 3261 section 17.2 with RFC 6026): absorbs retransmissions, repeats
/// final responses, matches ACK and CANCEL, finds merged requests. An entry keeps encoded text only
/// and stays below 1 KB with an ordinary response.
class ServerTransactions {
 public:
  ServerTransactions(Transport& transport, TimerWheel& wheel, const KeyedHash& hash, Random& random,
                     TimerSettings timers, ServerUser& user);
  ~ServerTransactions();

  /// A well-formed request.
  void receive(const Message& request, const Flow& flow);

  /// Sends a response; false when the transaction is gone or has its final one.
  bool respond(const TransactionId& id, const Response& response);
  /// Sends the last response once more (2xx and reliable provisionals, whose timers run above).
  void repeat(const TransactionId& id);
  /// The last response will not be repeated any more: its text can go.
  void settle(const TransactionId& id);
  /// Ends a transaction without a response: the sender is to learn nothing.
  void ignore(const TransactionId& id);

  /// The tag our responses put into To; empty when the transaction is gone.
  std::string_view to_tag(const TransactionId& id) const;
  size_t size() const { return entries_.size(); }

  /// A response outside of any transaction.
  void respond_stateless(const Message& request, const Flow& flow, const Response& response);

 private:
  class Entry;
  Entry* find(const TransactionId& id) const;
  void erase(const TransactionId& id);
  void receive_ack(const Message& ack, const Flow& flow, const Key& key);
  void receive_cancel(const Message& cancel, const Flow& flow);
  int refusal_of(const Message& request) const;
  void create(const Message& request, const Flow& flow, const Key& key, bool budgeted);
  Key key_of(const Message& request, std::string_view method) const;
  Key merge_key_of(const Message& request) const;

  Transport& transport_;
  TimerWheel& wheel_;
  const KeyedHash& hash_;
  Random& random_;
  const TimerSettings timers_;
  ServerUser& user_;
  std::unordered_map<Key, std::unique_ptr<Entry>> entries_;
  /// From tag, Call-ID and CSeq of requests outside dialogs, for RFC 3261 section 8.2.2.2.
  std::unordered_map<Key, Key> merged_;
};

/// A random token of 16 characters, as tags and branches use it.
std::string make_token(Random& random);

}  // namespace tandem::sip
