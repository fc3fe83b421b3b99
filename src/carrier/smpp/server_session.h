#pragma once

#include <memory>
#include <string>

#include "carrier/smpp/server.h"
#include "carrier/smpp/token_bucket.h"

namespace tandem::carrier::smpp {

/// One connection of a peer to our server: its way from stranger to bound session, and what it may
/// ask in each state.
class ServerSession final : Session::Listener {
 public:
  class Listener {
   public:
    virtual void on_bind(ServerSession& session, const BindRequest& request) = 0;
    virtual void on_request(ServerSession& session, const RequestToken& token,
                            const Pdu& request) = 0;
    virtual void on_response(ServerSession& session, uint64_t delivery, const Pdu* response) = 0;
    /// Over; not to be destroyed inside this call.
    virtual void on_closed(ServerSession& session, const std::string& why) = 0;

   protected:
    ~Listener() = default;
  };

  ServerSession(uint64_t id, runtime::Shard& shard, runtime::Stream stream,
                const ServerOptions& options, Listener& listener);

  [[nodiscard]] bool start() { return session_.start(); }
  void tick(Session::Time now);

  /// The bind succeeds.
  void accept(const Grant& grant);
  /// The bind fails and the session ends, with on_closed().
  void refuse(Status status);
  void respond(Command request, uint32_t sequence, Status status, Body body);
  [[nodiscard]] Status deliver(uint64_t delivery, const Message& message);
  /// Unbinds, or closes when not bound; on_closed() follows.
  void end();

  uint64_t id() const { return id_; }
  const std::string& system_id() const { return bind_.system_id; }
  /// The peer's host, without the port.
  const std::string& host() const { return host_; }
  /// Connected, but not bound (yet).
  bool stranger() const { return state_ != State::Bound && session_.open(); }
  bool waits_for_verdict() const { return state_ == State::Authenticating && session_.open(); }
  bool bound() const { return state_ == State::Bound && session_.open(); }
  /// Whether it is bound in a mode that takes deliveries.
  bool receives() const { return bound() && mode_ != Command::BindTransmitter; }
  bool has_room() const { return session_.has_room(); }
  size_t in_flight() const { return session_.in_flight(); }

 private:
  enum class State : uint8_t { Stranger, Authenticating, Bound };

  void on_request(Pdu request) override;
  void on_response(uint64_t reference, const Pdu* response) override;
  void on_closed(const std::string& why) override;
  void on_bind_request(const Pdu& request);
  Status verdict_on(const Pdu& request);
  bool take(const Pdu& request);
  void close(const std::string& why);

  uint64_t id_;
  const ServerOptions& options_;
  Listener& listener_;
  State state_ = State::Stranger;
  Command mode_{};
  uint32_t bind_sequence_ = 0;
  Bind bind_;
  std::string host_;
  Session::Time connected_at_;
  TokenBucket bucket_;
  Session session_;
};

}  // namespace tandem::carrier::smpp
