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

/// A parsed absolute http, https, ws or wss URL.
struct Url {
  std::string scheme;
  std::string host;  // without brackets
  uint16_t port = 0;
  std::string target;  // path and query, at least "/"
  std::string userinfo;
  static Result<Url> parse(std::string_view text);
  std::string authority() const;  // host[:port] as for the Host field
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

struct ClientRequest {
  Method method = Method::Get;
  std::string url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{10'000};  // for the whole exchange
  size_t max_response_bytes = 1 << 20;
};

/// HTTP/1.1 client of one shard: keep-alive connections per target, never follows redirects,
/// checks each resolved address against the policy at connect time.
class Client {
 public:
  struct Options {
    AddressPolicy allow;  // none: everything
    size_t max_connections_per_target = 64;
    size_t max_idle_per_target = 64;
    std::chrono::seconds idle_timeout{30};
  };
  Client(runtime::Shard& shard, Options options);
  ~Client();

  void send(ClientRequest request, UniqueFunction<void(Result<Response, ClientError>)> done);
  void connect_websocket(
      std::string url, Headers headers, std::chrono::milliseconds timeout,
      UniqueFunction<void(Result<std::shared_ptr<WebSocket>, ClientError>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::http
