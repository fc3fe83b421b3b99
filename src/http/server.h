#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "core/result.h"
#include "http/message.h"

namespace tandem::runtime {
class Shards;
class TlsContext;
}  // namespace tandem::runtime

namespace tandem::http {

class WebSocket;

/// Bounds of what a client may send; above each the documented status and a closed connection.
struct Limits {
  size_t max_head_bytes = 32 * 1024;
  size_t max_headers = 100;
  size_t max_target_bytes = 8 * 1024;
  size_t max_pipelined = 64;  // answered in one go before other connections get their turn
  size_t max_connections = 10'000;
  std::chrono::seconds head_timeout{10};         // from first byte to complete head
  std::chrono::seconds idle_timeout{75};         // keep-alive, between requests
  std::chrono::seconds body_stall_timeout{20};   // without a byte of the body
  std::chrono::seconds write_stall_timeout{20};  // without the client taking a byte
};

/// One request and its answer. Handed to the handler when the head is complete; used on its
/// shard's thread but for respond(), which any thread may call; so may the last reference go on
/// any thread. Destroyed without an answer, it answers 500. When the client went away, callbacks
/// get an error and answers go nowhere. Not to outlive the Shards.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const RequestHead& head() const = 0;

  /// The whole body, or why not: the error says "too large" (then answer 413), or "incomplete" and
  /// the like (then the server has answered or the client is gone). At once, inside the call, when
  /// it is there already.
  virtual void read_body(size_t limit, UniqueFunction<void(Result<std::string>)> done) = 0;
  /// The next piece of the body; empty at its end. The client is held back until it is asked for.
  virtual void read_some(UniqueFunction<void(Result<std::string>)> done) = 0;

  virtual void respond(Response response) = 0;
  /// Head first, then the body in pieces: `write` calls back when the next piece may come.
  virtual void respond_stream(Response head) = 0;
  virtual void write(std::string piece, UniqueFunction<void(Result<void>)> done) = 0;
  virtual void finish() = 0;

  /// Turns the connection into a WebSocket (RFC 6455 section 4.2) that speaks `protocol`, one of
  /// those the client named; or answers 400 or 426 and gives null.
  virtual std::shared_ptr<WebSocket> accept_websocket(std::string_view protocol = {}) = 0;
};

using Handler = std::function<void(std::shared_ptr<Exchange>)>;

/// Listens on every shard (SO_REUSEPORT); a connection stays on the shard that accepted it.
class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    uint16_t port = 0;  // 0: any free one
    Limits limits;
    std::shared_ptr<runtime::TlsContext> tls;  // null: plain
    /// Makes the answer to what never reaches the handler (malformed, too slow, too much); none:
    /// one line of plain text. Called on the shards' threads.
    std::function<Response(int status, std::string_view why)> refusal;
  };
  Server(runtime::Shards& shards, Options options, Handler handler);
  ~Server();

  /// Why not, in words a person can act on ("127.0.0.1:8080 is in use").
  Result<void> start();
  uint16_t port() const;
  /// Stops accepting, lets what runs finish until `grace`, then closes. Waits for that; so not
  /// from a shard's thread.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::http
