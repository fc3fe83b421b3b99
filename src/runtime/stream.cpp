#include "runtime/stream.h"

#include <algorithm>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/sendfile.h>

#include "core/assert.h"
#include "runtime/tls.h"

namespace tandem::runtime {

namespace {

IoResult result_of(ssize_t moved) {
  if (moved >= 0) return {IoState::Ok, static_cast<size_t>(moved)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {IoState::Again, 0};
  return {IoState::Failed, 0};
}

std::unique_ptr<SSL, FreeSsl> new_ssl(const TlsContext& context, int fd) {
  std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context.get()));
  TANDEM_ASSERT(ssl != nullptr);
  SSL_set_fd(ssl.get(), fd);
  return ssl;
}

}  // namespace

void FreeSsl::operator()(SSL* ssl) const {
  // Otherwise the end of a connection without close_notify spoils its session for resumption.
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}
void FreeSslSession::operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }

Stream Stream::accept_tls(UniqueFd fd, const TlsContext& context) {
  Stream stream(std::move(fd));
  stream.ssl_ = new_ssl(context, stream.fd());
  SSL_set_accept_state(stream.ssl_.get());
  return stream;
}

Stream Stream::connect_tls(UniqueFd fd, const TlsContext& context, const std::string& host,
                           SSL_SESSION* resume) {
  Stream stream(std::move(fd));
  stream.ssl_ = new_ssl(context, stream.fd());
  SSL* ssl = stream.ssl_.get();
  if (SocketAddress::parse(host, 0)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, host.c_str());
  }
  if (resume != nullptr) SSL_set_session(ssl, resume);
  SSL_set_connect_state(ssl);
  return stream;
}

IoResult Stream::tls_result(int returned) {
  if (returned > 0) return {IoState::Ok, static_cast<size_t>(returned)};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {IoState::Again, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {IoState::End, 0};
    default:
      // A stream that ends without close_notify lands here too: it may have been cut.
      return {IoState::Failed, 0};
  }
}

IoState Stream::handshake() {
  if (!tls()) return IoState::Ok;
  ERR_clear_error();
  return tls_result(SSL_do_handshake(ssl_.get())).state;
}

IoResult Stream::read(std::span<char> into) {
  if (tls()) {
    ERR_clear_error();
    return tls_result(SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size())));
  }
  const IoResult result = result_of(::recv(fd(), into.data(), into.size(), 0));
  if (result.state == IoState::Ok && result.bytes == 0) return {IoState::End, 0};
  return result;
}

IoResult Stream::write(std::span<const iovec> parts) {
  if (!tls() && parts.size() == 1) {
    return result_of(::send(fd(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL));
  }
  if (!tls()) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    return result_of(::sendmsg(fd(), &message, MSG_NOSIGNAL));
  }
  size_t written = 0;
  for (const iovec& part : parts) {
    const auto* bytes = static_cast<const char*>(part.iov_base);
    for (size_t at = 0; at < part.iov_len;) {
      ERR_clear_error();
      const size_t size = std::min<size_t>(part.iov_len - at, 1 << 20);
      const IoResult result = tls_result(SSL_write(ssl_.get(), bytes + at, static_cast<int>(size)));
      if (result.state == IoState::Again && written > 0) return {IoState::Ok, written};
      if (result.state != IoState::Ok) return result;
      at += result.bytes;
      written += result.bytes;
    }
  }
  return {IoState::Ok, written};
}

IoResult Stream::send_file(int file, uint64_t offset, size_t length) {
  TANDEM_ASSERT(!tls());
  auto position = static_cast<off_t>(offset);
  return result_of(::sendfile(fd(), file, &position, length));
}

void Stream::end_writing() {
  if (tls()) {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
  }
  ::shutdown(fd(), SHUT_WR);
}

int Stream::verify_error() const {
  return tls() ? static_cast<int>(SSL_get_verify_result(ssl_.get())) : 0;
}

bool Stream::resumed() const { return tls() && SSL_session_reused(ssl_.get()) != 0; }

SslSession Stream::session() const {
  if (!tls()) return nullptr;
  SslSession session(SSL_get1_session(ssl_.get()));
  if (session && SSL_SESSION_is_resumable(session.get()) == 0) session.reset();
  return session;
}

}  // namespace tandem::runtime
