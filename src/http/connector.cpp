#include "http/connector.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "runtime/tls.h"

namespace tandem::http {

using runtime::IoState;

namespace {

runtime::SslSession share(SSL_SESSION* session) {
  if (session != nullptr) SSL_SESSION_up_ref(session);
  return runtime::SslSession(session);
}

}  // namespace

Connector::Connector(const Means& means, const std::string& host, uint16_t port, Done done)
    : shard_(means.shard),
      allow_(means.allow),
      tls_(means.tls),
      resume_(share(means.resume)),
      host_(host),
      port_(port),
      done_(std::move(done)) {
  auto then = [this, alive = std::weak_ptr(life_)](Result<std::vector<std::string>> found) {
    if (!alive.expired()) resolved(std::move(found));
  };
  if (runtime::SocketAddress::parse(host, port)) {
    shard_.post([then = std::move(then), host]() mutable { then(std::vector{host}); });
  } else {
    means.resolver.addresses(host, std::move(then));
  }
}

Connector::~Connector() {
  shard_.cancel(patience_);
  stop_watching();
}

void Connector::stop_watching() {
  if (!watching_) return;
  watching_ = false;
  shard_.poller().remove(socket_ ? socket_.get() : stream_.fd(), *this);
}

void Connector::finish(Result<runtime::Stream, ClientError> result) {
  shard_.cancel(patience_);
  Done done = std::move(done_);
  done(std::move(result));
}

void Connector::fail_with(ClientError::Kind kind, std::string why, int verify_error) {
  stop_watching();
  finish(tl::unexpected(ClientError{kind, std::move(why), verify_error}));
}

void Connector::resolved(Result<std::vector<std::string>> addresses) {
  if (!addresses) {
    fail_with(ClientError::Kind::Resolve,
              "cannot resolve " + host_ + ": " + addresses.error().what);
    return;
  }
  addresses_ = std::move(*addresses);
  try_next();
}

void Connector::try_next() {
  while (next_ < addresses_.size()) {
    const std::string& text = addresses_[next_++];
    if (allow_ && !allow_(text)) {
      ++refused_;
      continue;
    }
    const auto address = runtime::SocketAddress::parse(text, port_);
    auto socket = address ? runtime::connect_tcp(*address)
                          : Result<runtime::UniqueFd>(tl::unexpected(address.error()));
    if (!socket) {
      last_problem_ = socket.error().what;
      continue;
    }
    socket_ = std::move(*socket);
    watching_ = shard_.poller().add(socket_.get(), *this);
    if (!watching_) {
      last_problem_ = "out of resources";
      continue;
    }
    if (next_ < addresses_.size()) {
      patience_ = shard_.after(kAddressPatience, [this] { give_up_address("no answer in time"); });
    }
    return;
  }
  if (refused_ == addresses_.size()) {
    fail_with(ClientError::Kind::Forbidden, "the address of " + host_ + " is not allowed");
  } else {
    fail_with(ClientError::Kind::Connect, "cannot connect to " + host_ + ": " + last_problem_);
  }
}

void Connector::give_up_address(std::string why) {
  shard_.cancel(patience_);
  stop_watching();
  socket_.reset();
  stream_ = runtime::Stream();
  last_problem_ = std::move(why);
  try_next();
}

void Connector::on_ready(uint32_t events) {
  if (!socket_) {
    handshake();
    return;
  }
  if (const int error = runtime::connect_error(socket_.get()); error != 0) {
    give_up_address(runtime::errno_text(error));
  } else if ((events & EPOLLOUT) != 0) {
    connected();
  }
}

void Connector::connected() {
  if (tls_ == nullptr) {
    stop_watching();
    finish(runtime::Stream(std::move(socket_)));
    return;
  }
  stream_ = runtime::Stream::connect_tls(std::move(socket_), *tls_, host_, resume_.get());
  handshake();
}

void Connector::handshake() {
  switch (stream_.handshake()) {
    case IoState::Again:
      return;
    case IoState::Ok:
      stop_watching();
      finish(std::move(stream_));
      return;
    default:
      break;
  }
  // Another address of the same name would show the same certificate.
  if (const int error = stream_.verify_error(); error != X509_V_OK) {
    fail_with(ClientError::Kind::Certificate,
              std::string("certificate of ") + host_ + ": " + X509_verify_cert_error_string(error),
              error);
  } else {
    give_up_address("TLS handshake failed: " + runtime::take_tls_error());
  }
}

}  // namespace tandem::http
