#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>

#include "runtime/socket.h"

typedef struct ssl_st SSL;
typedef struct ssl_session_st SSL_SESSION;

namespace tandem::runtime {

class TlsContext;

enum class IoState : uint8_t {
  Ok,      // bytes moved
  Again,   // not now: wait for readiness
  End,     // the peer has sent everything
  Failed,  // the connection is gone
};

struct IoResult {
  IoState state = IoState::Failed;
  size_t bytes = 0;
};

struct FreeSsl {
  void operator()(SSL* ssl) const;
};
struct FreeSslSession {
  void operator()(SSL_SESSION* session) const;
};
using SslSession = std::unique_ptr<SSL_SESSION, FreeSslSession>;

/// A connected, non-blocking TCP socket, plain or TLS. Never waits: who uses it registers fd()
/// with the shard's Poller (edge-triggered, both directions) and tries again on any event, because
/// TLS may need to read in order to write.
class Stream {
 public:
  Stream() = default;
  /// Plain.
  explicit Stream(UniqueFd fd) : fd_(std::move(fd)) {}
  static Stream accept_tls(UniqueFd fd, const TlsContext& context);
  /// Verifies the certificate for `host` (a name or an address); `resume` may be null.
  static Stream connect_tls(UniqueFd fd, const TlsContext& context, const std::string& host,
                            SSL_SESSION* resume);

  int fd() const { return fd_.get(); }
  bool tls() const { return ssl_ != nullptr; }

  /// Ok when the TLS handshake is through, at once for plain streams. Servers need not call it:
  /// read() does the handshake on its way.
  IoState handshake();
  IoResult read(std::span<char> into);
  /// May take a part only.
  IoResult write(std::span<const iovec> parts);
  /// From a file without copying. Plain streams only.
  IoResult send_file(int file, uint64_t offset, size_t length);
  /// Tells the peer that nothing more will come.
  void end_writing();

  /// X509_V_ERR_* of a handshake that failed, 0 when the certificate was not the reason.
  int verify_error() const;
  /// Whether the handshake resumed an earlier session.
  bool resumed() const;
  /// The session to resume later, or null.
  SslSession session() const;

 private:
  IoResult tls_result(int returned);

  UniqueFd fd_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace tandem::runtime
