#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/poller.h"
#include "runtime/stream.h"
#include "telephony/sip/flow.h"
#include "telephony/sip/stream_framer.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::sip {

/// How long a peer may take over a connection, above which it loses it.
struct Deadlines {
  std::chrono::milliseconds connect{4'000};
  std::chrono::milliseconds handshake{5'000};
  std::chrono::milliseconds first_byte{10'000};  // after accepting, or the handshake
  std::chrono::milliseconds message{10'000};     // from its first to its last byte
  std::chrono::milliseconds idle{600'000};       // between messages
};

/// One connection of the transport, whatever carries it: TCP, TLS or a WebSocket.
class Connection {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_connection_message(Connection& connection, std::string_view bytes) = 0;
    /// What waited to be sent is lost. The owner drops the connection, but not before the call
    /// has returned.
    virtual void on_connection_closed(Connection& connection,
                                      const std::vector<uint64_t>& lost) = 0;
  };

  explicit Connection(const Flow& flow, bool inbound) : flow_(flow), inbound_(inbound) {}
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False when the peer reads too slowly and its queue is full.
  virtual bool send(std::string_view bytes, uint64_t token) = 0;
  /// Our own address on it.
  virtual Address local() const = 0;
  const Flow& flow() const { return flow_; }
  bool is_inbound() const { return inbound_; }
  /// Whom the peer's certificate was checked to be for; empty when it was not.
  std::string peer_name;

 private:
  const Flow flow_;
  const bool inbound_;
};

/// A TCP or TLS connection: connects, shakes hands, frames, queues, watches the deadlines.
class StreamConnection final : public Connection, public runtime::Watcher {
 public:
  StreamConnection(runtime::Poller& poller, TimerWheel& wheel, Owner& owner,
                   const Deadlines& deadlines, const Flow& flow, bool inbound,
                   runtime::Stream stream);
  ~StreamConnection() override;

  /// Watches the socket; an outbound one connects first.
  bool start();
  bool send(std::string_view bytes, uint64_t token) override;
  Address local() const override;

 private:
  enum class Phase : uint8_t { Connecting, Handshake, Open, Closed };

  void on_ready(uint32_t events) override;
  void enter(Phase phase);
  void proceed();
  void read();
  bool take(std::string_view bytes);
  void flush();
  void close();
  /// Asks for a call as soon as the socket can be written, or no longer.
  void watch_writable(bool wanted);
  void on_deadline() { close(); }

  runtime::Poller& poller_;
  Owner& owner_;
  const Deadlines deadlines_;
  runtime::Stream stream_;
  StreamFramer framer_;
  Phase phase_;
  std::string out_;
  size_t out_at_ = 0;
  std::vector<uint64_t> unsent_;  // tokens of what waits in out_
  bool in_message_ = false;
  bool more_to_read_ = false;
  bool watching_writable_ = true;
  Timer deadline_;
};

}  // namespace tandem::sip
