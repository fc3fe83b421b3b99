#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "carrier/smpp/link_options.h"
#include "core/function.h"
#include "core/random.h"

namespace tandem::runtime {
class Resolver;
class Shard;
}  // namespace tandem::runtime

namespace tandem::carrier::smpp {

/// What became of a submit.
struct SubmitOutcome {
  enum class Kind : uint8_t {
    Accepted,  // the carrier has it, under `message_id`
    Rejected,  // the carrier refused it with `status`, or it cannot be written (`status` says why)
    Unknown,   // it left, but no answer came: the carrier may have it or not
    NotSent,   // it never left: safe to send elsewhere
  };
  Kind kind = Kind::NotSent;
  Status status = Status::Ok;
  std::string message_id;  // in canonical form (canonical_id)
};

/// Names a deliver_sm or data_sm until it is answered.
struct DeliveryToken {
  size_t bind = 0;
  uint64_t session = 0;
  uint32_t sequence = 0;
  Command command{};
};

/// How many connections of a link are bound.
struct LinkState {
  size_t transmitters = 0;  // transceivers count as both
  size_t receivers = 0;
  std::string problem;  // why the last connection failed or ended; empty when none did
};

/// What a link tells its owner, on the link's shard. The owner may call the link inside, but not
/// destroy it.
class LinkListener {
 public:
  /// Once for each submit that was taken.
  virtual void on_submitted(uint64_t reference, const SubmitOutcome& outcome) = 0;
  /// A delivery receipt or intermediate notification. Answer it when it is safely stored.
  /// `message` is what it came in: from the handset, to the sender.
  virtual void on_receipt(const DeliveryToken& token, const Receipt& receipt,
                          const Message& message) = 0;
  /// A text from a handset, or a part of one. Answer it when it is safely stored.
  virtual void on_message(const DeliveryToken& token, const Message& message) = 0;
  virtual void on_state(const LinkState& state) = 0;

 protected:
  ~LinkListener() = default;
};

/// A link to a carrier: several binds to one host that share a queue and a rate. Connections that
/// end are made again; carriers that ask to slow down are obeyed. No submit is lost silently: each
/// one that was taken has exactly one outcome.
///
/// Lives on one shard: create, use and destroy it there.
class Link {
 public:
  Link(runtime::Shard& shard, runtime::Resolver& resolver, Random& random, LinkOptions options,
       LinkListener& listener);
  /// Without a word to the carrier or the listener; see stop().
  ~Link();

  void start();

  /// Takes a message for sending; `reference` comes back with its outcome, later. False, and no
  /// outcome, when no transmitter is bound or the queue is full: try another link. Messages of one
  /// queue leave in order; several in flight at once may be accepted in any order.
  [[nodiscard]] bool submit(uint64_t reference, Message message);
  /// Answers a delivery: Ok takes it, Status::ReceiverTemporary asks to repeat it. Nothing happens
  /// when its connection has ended meanwhile; the carrier will repeat it.
  void answer(const DeliveryToken& token, Status status);
  /// Takes no more, waits for what is in flight, unbinds. `done` is called when the last
  /// connection has ended; all submits have had their outcomes by then.
  void stop(UniqueFunction<void()> done);

  const LinkState& state() const;
  size_t waiting() const;
  size_t in_flight() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::carrier::smpp
