#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/random.h"
#include "http/input.h"
#include "http/out_queue.h"
#include "http/websocket.h"
#include "http/websocket_frames.h"
#include "runtime/poller.h"
#include "runtime/shards.h"
#include "runtime/stream.h"

namespace tandem::http {

class WebSocketConnection;

/// Keeps the WebSockets of one server shard or client alive while they are open.
class WebSocketSet {
 public:
  ~WebSocketSet();
  void add(std::shared_ptr<WebSocketConnection> socket);
  void forget(WebSocketConnection& socket);
  size_t size() const { return sockets_.size(); }
  /// Says goodbye to all; they end when their peers answer.
  void close_all(uint16_t code);
  /// At once; their listeners hear 1006.
  void abort_all();
  /// Called for each that ended.
  std::function<void()> on_forget;

 private:
  std::unordered_map<WebSocketConnection*, std::shared_ptr<WebSocketConnection>> sockets_;
};

struct WebSocketTimings {
  /// How often a connection is looked after.
  std::chrono::milliseconds tick{5'000};
  /// Silence after which a ping asks whether the peer is there.
  std::chrono::milliseconds ping_after{25'000};
  /// Silence after which the peer counts as gone.
  std::chrono::milliseconds gone_after{60'000};
  /// Time for the peer to answer a close, or to take what was sent last.
  std::chrono::milliseconds close_time{5'000};
};

/// A WebSocket over a stream, after the handshake.
class WebSocketConnection final : public WebSocket,
                                  public runtime::Watcher,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  enum class Role : uint8_t { Server, Client };
  WebSocketConnection(WebSocketSet& home, runtime::Shard& shard, Role role, runtime::Stream stream,
                      std::string early_input, OutQueue out, const WebSocketTimings& timings = {});
  ~WebSocketConnection() override;

  /// Begins to read, a moment later so that listeners can be set first; false when the poller
  /// refuses.
  bool start();
  /// Ends at once.
  void abort();
  /// The set is going: ends without telling the listener.
  void drop();

  bool send(std::string_view message, bool binary) override;
  void close(uint16_t code, std::string_view reason) override;
  size_t queued_bytes() const override { return static_cast<size_t>(out_.bytes()); }

  void on_ready(uint32_t events) override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class State : uint8_t {
    Open,
    Closing,   // our close frame is on its way, theirs awaited
    Draining,  // both said goodbye; waits for the end of the stream
    Closed
  };
  void read();
  bool handle_frames();
  void append(Opcode opcode, std::string_view payload);
  void peer_closes();
  void fail_with(uint16_t code);
  void tell_closed(uint16_t code, std::string_view reason);
  void flush();
  void end();
  void tick();

  WebSocketSet* home_;
  const WebSocketTimings timings_;
  runtime::Shard& shard_;
  runtime::Stream stream_;
  Input input_;
  OutQueue out_;
  FrameReader reader_;
  std::unique_ptr<SystemRandom> random_;  // for masks
  State state_ = State::Open;
  bool told_ = false;
  bool in_read_ = false;
  bool write_ended_ = false;
  bool pinged_ = false;
  runtime::TimerId tick_ = 0;
  Time last_heard_;
  Time last_progress_;
  Time close_by_ = Time::max();
};

}  // namespace tandem::http
