#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/result.h"

namespace tandem::runtime {

/// A file descriptor with one owner.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// An IPv4 or IPv6 address with a port.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const sockaddr* address, socklen_t size);
  /// From text such as "127.0.0.1" or "::1" (no names, no brackets).
  static Result<SocketAddress> parse(std::string_view address, uint16_t port);
  /// The other end of a connected socket.
  static SocketAddress peer_of(int fd);
  /// The own end of a socket.
  static SocketAddress local_of(int fd);

  /// The address as text, without port; IPv4-mapped IPv6 reads as IPv4.
  std::string text() const;
  uint16_t port() const;
  void set_port(uint16_t port);
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

/// Whether somebody listens on or holds the port already, as a sentence for people.
Result<void> check_port_free(const SocketAddress& address);
/// A listening, non-blocking TCP socket; `share_port` lets several shards listen on one port.
Result<UniqueFd> listen_tcp(const SocketAddress& address, bool share_port);
/// Starts to connect without waiting: writable (or failed, see connect_error) when done.
Result<UniqueFd> connect_tcp(const SocketAddress& address);
/// The errno a connection attempt ended with, 0 for success.
int connect_error(int fd);
/// Small writes leave at once (TCP_NODELAY).
void set_no_delay(int fd);
/// The system's words for an errno.
std::string errno_text(int error);

}  // namespace tandem::runtime
