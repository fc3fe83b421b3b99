#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "carrier/smpp/session.h"
#include "core/function.h"
#include "core/random.h"
#include "core/result.h"

namespace tandem::runtime {
class Shard;
class TlsContext;
}  // namespace tandem::runtime

namespace tandem::carrier::smpp {

/// Where peers connect.
struct ServerPlace {
  std::string address = "127.0.0.1";
  uint16_t port = 0;                                   // 0: any free one
  std::shared_ptr<runtime::TlsContext> tls = nullptr;  // null: plain
};

struct ServerOptions {
  using Millis = std::chrono::milliseconds;

  std::vector<ServerPlace> places{ServerPlace()};
  std::string system_id = "tandem";  // how we name ourselves

  size_t max_sessions = 1000;
  size_t max_unbound_per_address = 32;  // connections of one host that have not bound yet
  Millis bind_timeout{10'000};          // from connection to bind
  Session::Limits session;

  size_t max_waiting = 10'000;  // deliveries that wait, for each system_id
  unsigned max_attempts = 8;    // of one delivery
  Millis retry_shortest{500};
  Millis retry_longest{30'000};
  Millis delivery_lifetime{600'000};  // in the queue, before the delivery is given back
  Millis tick{100};
};

/// Who wants to bind.
struct BindRequest {
  Command mode{};  // one of the bind commands
  Bind bind;
  std::string peer;  // "192.0.2.1:40001"
};

/// What a peer is allowed when it is let in.
struct Grant {
  double max_messages_per_second = 0;  // of each session; 0: no limit
  size_t max_sessions = 16;            // under its system_id
};

/// Names a request of a peer until it is answered.
struct RequestToken {
  uint64_t session = 0;
  uint32_t sequence = 0;
  Command command{};
};

/// What became of a delivery.
struct DeliverOutcome {
  enum class Kind : uint8_t {
    Delivered,  // the peer took it
    Refused,    // it refused it for good with `status`, or it cannot be written
    GivenUp,    // nobody took it in time
  };
  Kind kind = Kind::GivenUp;
  Status status = Status::Ok;
};

/// What a server tells its owner, on the server's shard. Requests are answered now or later, each
/// exactly once; answers to sessions that have ended go nowhere.
class ServerListener {
 public:
  /// Answer with accept() or refuse().
  virtual void on_bind(uint64_t session, const BindRequest& request) = 0;
  /// A submit_sm or data_sm of a bound peer: answer with the id of the message or a refusal.
  virtual void on_submit(const RequestToken& token, const std::string& system_id,
                         const Message& message) = 0;
  /// A submit_multi, query_sm, cancel_sm or replace_sm: answer with the body of its response.
  virtual void on_operation(const RequestToken& token, const std::string& system_id,
                            const Pdu& request) = 0;
  /// Once for each deliver() that was taken.
  virtual void on_delivered(uint64_t reference, const DeliverOutcome& outcome) = 0;
  /// The number of sessions of a peer that can receive has changed.
  virtual void on_receivers(const std::string& system_id, size_t count) = 0;

 protected:
  ~ServerListener() = default;
};

/// Lets peers (ESMEs) bind to us: takes their messages and delivers to them. Each peer may hold
/// several sessions under one system_id. Peers are not trusted: everything they can make grow has
/// a limit, slow ones are cut off, floods are throttled.
///
/// Lives on one shard: create, use and destroy it there.
class Server {
 public:
  Server(runtime::Shard& shard, Random& random, ServerOptions options, ServerListener& listener);
  /// Without a word to the peers or the listener; see stop().
  ~Server();

  /// Why not, in words a person can act on.
  Result<void> start();
  /// Of the place with that index.
  uint16_t port(size_t place = 0) const;

  void accept(uint64_t session, const Grant& grant);
  /// Answers the bind and closes the session.
  void refuse(uint64_t session, Status status);
  /// The answer to a submit: `message_id` counts when the status is Ok.
  void answer_submit(const RequestToken& token, Status status, std::string message_id = {});
  /// The answer to any other request; Empty for a body without content.
  void answer(const RequestToken& token, Status status, Body body);

  /// Sends a deliver_sm to a session of that peer that can receive, again when it is not taken.
  /// Waits when there is none. False, and no outcome, when too many wait already. A peer that
  /// answers late may get a message twice.
  [[nodiscard]] bool deliver(const std::string& system_id, uint64_t reference, Message message);
  /// Deliveries that wait or are in flight, of all peers.
  size_t pending() const;
  size_t sessions() const;

  /// Accepts no more and unbinds everyone; deliveries that are left are given up. `done` is called
  /// when the last session has ended.
  void stop(UniqueFunction<void()> done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::carrier::smpp
