#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.h"
#include "telephony/rtp/endpoint.h"

namespace tandem::rtp {

/// A non-blocking UDP socket that carries media, marked for expedited forwarding (RFC 4594).
class MediaSocket {
 public:
  /// Bound to `local`; port 0 lets the kernel choose.
  static Result<MediaSocket> bind(const Endpoint& local);
  ~MediaSocket();
  MediaSocket(MediaSocket&& other) noexcept;
  MediaSocket& operator=(MediaSocket&& other) noexcept;
  MediaSocket(const MediaSocket&) = delete;
  MediaSocket& operator=(const MediaSocket&) = delete;

  int fd() const { return fd_; }
  const Endpoint& local() const { return local_; }

  /// Takes the next datagram; nothing when none waits. 0 bytes stand for one that was empty or
  /// longer than `buffer` and is gone.
  std::optional<size_t> receive(std::span<uint8_t> buffer, Endpoint& from) const;
  /// False when the kernel did not take it: media is not sent again.
  bool send(std::span<const uint8_t> datagram, const Endpoint& to) const;

 private:
  MediaSocket(int fd, const Endpoint& local) : fd_(fd), local_(local) {}
  int fd_ = -1;
  Endpoint local_;
};

}  // namespace tandem::rtp
