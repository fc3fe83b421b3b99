#include "runtime/socket.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <unistd.h>

namespace tandem::runtime {

namespace {

constexpr int kListenBacklog = 1024;

UniqueFd tcp_socket(int family) {
  return UniqueFd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
}

void enable(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

std::string name_of(const SocketAddress& address) {
  const std::string port = std::to_string(address.port());
  return address.family() == AF_INET6 ? "[" + address.text() + "]:" + port
                                      : address.text() + ":" + port;
}

Result<UniqueFd> bound_socket(const SocketAddress& address, bool share_port) {
  UniqueFd fd = tcp_socket(address.family());
  if (!fd) return fail("cannot make a socket: " + errno_text(errno));
  enable(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (share_port) enable(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (::bind(fd.get(), address.get(), address.size()) == 0) return fd;
  if (errno == EADDRINUSE) return fail(name_of(address) + " is in use");
  return fail("cannot use " + name_of(address) + ": " + errno_text(errno));
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) : size_(size) {
  std::memcpy(&storage_, address, size);
}

Result<SocketAddress> SocketAddress::parse(std::string_view address, uint16_t port) {
  const std::string text(address);
  // The C functions below would stop at a zero and take what is before it.
  if (text.find('\0') != std::string::npos) return fail("an address has no zero bytes");
  SocketAddress result;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage_);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage_);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    result.size_ = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    result.size_ = sizeof *v6;
  } else {
    return fail("\"" + text + "\" is not an IP address");
  }
  result.set_port(port);
  return result;
}

SocketAddress SocketAddress::peer_of(int fd) {
  SocketAddress result;
  result.size_ = sizeof result.storage_;
  ::getpeername(fd, reinterpret_cast<sockaddr*>(&result.storage_), &result.size_);
  return result;
}

SocketAddress SocketAddress::local_of(int fd) {
  SocketAddress result;
  result.size_ = sizeof result.storage_;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&result.storage_), &result.size_);
  return result;
}

std::string SocketAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage_);
    ::inet_ntop(AF_INET, &v4->sin_addr, buffer, sizeof buffer);
  } else if (family() == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage_);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      ::inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], buffer, sizeof buffer);
    } else {
      ::inet_ntop(AF_INET6, &v6->sin6_addr, buffer, sizeof buffer);
    }
  }
  return buffer;
}

uint16_t SocketAddress::port() const {
  // Both families keep the port in the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

void SocketAddress::set_port(uint16_t port) {
  reinterpret_cast<sockaddr_in*>(&storage_)->sin_port = htons(port);
}

Result<void> check_port_free(const SocketAddress& address) {
  if (auto fd = bound_socket(address, false); !fd) return tl::unexpected(fd.error());
  return {};
}

Result<UniqueFd> listen_tcp(const SocketAddress& address, bool share_port) {
  auto fd = bound_socket(address, share_port);
  if (!fd) return fd;
  if (::listen(fd->get(), kListenBacklog) != 0) {
    return fail("cannot listen on " + name_of(address) + ": " + errno_text(errno));
  }
  return fd;
}

Result<UniqueFd> connect_tcp(const SocketAddress& address) {
  UniqueFd fd = tcp_socket(address.family());
  if (!fd) return fail("cannot make a socket: " + errno_text(errno));
  set_no_delay(fd.get());
  if (::connect(fd.get(), address.get(), address.size()) != 0 && errno != EINPROGRESS) {
    return fail("cannot connect to " + name_of(address) + ": " + errno_text(errno));
  }
  return fd;
}

int connect_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

void set_no_delay(int fd) { enable(fd, IPPROTO_TCP, TCP_NODELAY); }

std::string errno_text(int error) { return std::generic_category().message(error); }

}  // namespace tandem::runtime
