#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/function.h"
#include "core/result.h"
#include "http/message.h"

namespace tandem::runtime {
class Shard;
class TlsContext;
}  // namespace tandem::runtime

namespace tandem::http {

class WebSocket;

/// A parsed absolute http, https, ws or wss URL (RFC 3986), read strictly: hosts are names, proper
/// IPv4 addresses or bracketed IPv6; what could split a request is refused.
struct Url {
  std::string scheme;  // in small letters, as the host
  std::string host;    // without brackets
  uint16_t port = 0;
  std::string target;    // path and query, at least "/"
  std::string userinfo;  // decoded
  static Result<Url> parse(std::string_view text);
  /// host[:port] as for the Host field.
  std::string authority() const;
};

/// Why a request did not get an answer; `code` is the webhook error of the guide (75001 ...).
struct ClientError {
  enum class Kind { BadUrl, Resolve, Forbidden, Connect, Certificate, Timeout, Protocol, TooLarge };
  Kind kind = Kind::Protocol;
  std::string what;
  int tls_verify_error = 0;  // X509_V_ERR_* when kind is Certificate
};

/// Says whether an address (as resolved, textual IPv4 or IPv6) may be connected to.
using AddressPolicy = std::function<bool(std::string_view address)>;

/// Refuses loopback, private, link-local, metadata, multicast and reserved ranges, IPv4-mapped
/// forms included (RFC 6890).
bool is_public_address(std::string_view address);

/// A request to send. Host, Content-Length and Connection are the client's business; user and
/// password of the URL become Basic authorization unless there is another.
struct ClientRequest {
  Method method = Method::Get;  // not Other
  std::string url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{10'000};  // for the whole exchange
  size_t max_response_bytes = 1 << 20;
};

/// HTTP/1.1 client of one shard, used on its thread: keep-alive connections per target, never
/// follows redirects, checks each resolved address against the policy at connect time. A request
/// on a kept connection that closes before a byte of the answer is sent once more on a new one.
class Client {
 public:
  struct Options {
    AddressPolicy allow;  // none: everything
    size_t max_connections_per_target = 64;
    size_t max_idle_per_target = 64;
    std::chrono::seconds idle_timeout{30};
    /// Requests that may wait for a connection to one target; more are refused (Connect).
    size_t max_waiting_per_target = 10'000;
    /// For https and wss; null: one of its own with the system's authorities.
    std::shared_ptr<runtime::TlsContext> tls;
  };
  Client(runtime::Shard& shard, Options options);
  /// What is under way is dropped without a call; its WebSockets end without one, too.
  ~Client();

  /// `done` is called once, never before this returns.
  void send(ClientRequest request, UniqueFunction<void(Result<Response, ClientError>)> done);
  /// Opens a WebSocket to a ws or wss URL (RFC 6455 section 4.1). `headers` may name a
  /// Sec-WebSocket-Protocol; the server's choice must be one of it.
  void connect_websocket(
      std::string url, Headers headers, std::chrono::milliseconds timeout,
      UniqueFunction<void(Result<std::shared_ptr<WebSocket>, ClientError>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::http
