#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "http/websocket_connection.h"
#include "runtime/poller.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

namespace tandem::http {

class Connection;

/// What all shards of a server share.
struct ServerState {
  Server::Options options;
  Handler handler;
  std::atomic<size_t> connections{0};
};

/// One shard's part of a server: the listener, the connections it accepted and what they share.
/// Everything on the shard's thread.
class ServerShard final : public runtime::Watcher {
 public:
  /// Read at a time from a connection.
  static constexpr size_t kScratchBytes = 64 * 1024;
  /// How often deadlines are looked at, so their precision.
  static constexpr std::chrono::milliseconds kTick{250};

  ServerShard(runtime::Shard& shard, ServerState& state, runtime::UniqueFd listener);
  ~ServerShard();

  void start();
  /// No more connections; idle ones close, busy ones after their answer.
  void stop_accepting();
  void close_all();
  /// Called when the last connection has gone after stop_accepting().
  void on_empty(UniqueFunction<void()> done);

  void on_ready(uint32_t events) override;

  // For its connections.
  runtime::Shard& shard() { return shard_; }
  const Limits& limits() const { return state_.options.limits; }
  ServerState& state() { return state_; }
  bool stopping() const { return stopping_; }
  /// Now, to the tick.
  std::chrono::steady_clock::time_point now() const { return now_; }
  /// The value of the Date field, made once a second.
  std::string_view date();
  /// The shared read buffer; empty while another connection on the stack below uses it.
  std::span<char> lock_scratch();
  void unlock_scratch() { scratch_is_locked_ = false; }
  /// Takes a connection that became a WebSocket.
  void adopt(std::shared_ptr<WebSocketConnection> socket);
  WebSocketSet& websockets() { return websockets_; }
  /// The connection is closed; frees it.
  void forget(Connection& connection);

 private:
  void accept_all();
  void admit(runtime::UniqueFd fd);
  void turn_away(runtime::UniqueFd fd);
  void tick();
  void after_one_went();

  runtime::Shard& shard_;
  ServerState& state_;
  runtime::UniqueFd listener_;
  std::vector<std::shared_ptr<Connection>> connections_;
  WebSocketSet websockets_;
  std::vector<char> scratch_;
  bool scratch_is_locked_ = false;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point now_;
  runtime::TimerId tick_timer_ = 0;
  int64_t date_second_ = -1;
  std::string date_;
  UniqueFunction<void()> on_empty_;
};

}  // namespace tandem::http
