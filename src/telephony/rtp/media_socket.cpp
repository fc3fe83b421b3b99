#include "telephony/rtp/media_socket.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::rtp {
namespace {

/// Differentiated services code point EF, in the upper six bits.
constexpr int kExpeditedForwarding = 46 << 2;

}  // namespace

Result<MediaSocket> MediaSocket::bind(const Endpoint& local) {
  const int domain = local.is_v6() ? AF_INET6 : AF_INET;
  const int fd = ::socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(std::string("media socket: ") + std::strerror(errno));
  MediaSocket socket(fd, local);
  const int level = local.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
  const int option = local.is_v6() ? IPV6_TCLASS : IP_TOS;
  ::setsockopt(fd, level, option, &kExpeditedForwarding, sizeof kExpeditedForwarding);
  if (::bind(fd, local.data(), local.size()) != 0) {
    return fail("media socket " + local.text() + ": " + std::strerror(errno));
  }
  socklen_t size = Endpoint::capacity();
  ::getsockname(fd, socket.local_.data(), &size);
  return socket;
}

MediaSocket::~MediaSocket() {
  if (fd_ >= 0) ::close(fd_);
}

MediaSocket::MediaSocket(MediaSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), local_(other.local_) {}

MediaSocket& MediaSocket::operator=(MediaSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(local_, other.local_);
  return *this;
}

std::optional<size_t> MediaSocket::receive(std::span<uint8_t> buffer, Endpoint& from) const {
  socklen_t size = Endpoint::capacity();
  const ssize_t bytes =
      ::recvfrom(fd_, buffer.data(), buffer.size(), MSG_TRUNC, from.data(), &size);
  if (bytes < 0) return std::nullopt;
  const auto length = static_cast<size_t>(bytes);
  return length > buffer.size() ? 0 : length;
}

bool MediaSocket::send(std::span<const uint8_t> datagram, const Endpoint& to) const {
  return ::sendto(fd_, datagram.data(), datagram.size(), 0, to.data(), to.size()) >= 0;
}

}  // namespace tandem::rtp
