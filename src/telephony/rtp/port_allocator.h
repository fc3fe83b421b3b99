#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "core/random.h"
#include "core/result.h"
#include "telephony/rtp/media_socket.h"

namespace tandem::rtp {

class PortAllocator;

/// The sockets of one leg: RTP on an even port and RTCP on the next (RFC 3550 section 11). Gives
/// the ports back when it goes.
class MediaPorts {
 public:
  ~MediaPorts();
  MediaPorts(MediaPorts&& other) noexcept;
  MediaPorts& operator=(MediaPorts&& other) noexcept;
  MediaPorts(const MediaPorts&) = delete;
  MediaPorts& operator=(const MediaPorts&) = delete;

  const MediaSocket& rtp() const { return rtp_; }
  /// Null after both sides agreed to carry RTCP on the RTP port.
  const MediaSocket* rtcp() const { return rtcp_ ? &*rtcp_ : nullptr; }
  /// RFC 5761 was agreed: closes the second socket. Its port stays reserved.
  void close_rtcp() { rtcp_.reset(); }

 private:
  friend class PortAllocator;
  MediaPorts(PortAllocator& owner, MediaSocket rtp, MediaSocket rtcp);
  PortAllocator* owner_;
  MediaSocket rtp_;
  std::optional<MediaSocket> rtcp_;
};

/// Hands out random pairs of ports from a range, so that a stranger cannot guess where media is
/// expected. May be used from any thread, and outlives what it handed out.
class PortAllocator {
 public:
  /// Ports from `first` to `last`, both included; `random` is used under the allocator's lock.
  PortAllocator(uint16_t first, uint16_t last, Random& random);

  /// Opens a pair on the address of `host`. Fails when every pair is taken, or when the kernel
  /// refuses too many in a row.
  Result<MediaPorts> open(const Endpoint& host);

  size_t pairs() const { return taken_.size(); }
  size_t free_pairs() const;

 private:
  friend class MediaPorts;
  /// A free pair, marked taken; nothing when there is none.
  std::optional<size_t> take();
  void release(size_t pair);
  size_t pair_of(uint16_t port) const { return static_cast<size_t>(port - first_) / 2; }

  uint16_t first_;
  mutable std::mutex mutex_;
  Random& random_;
  std::vector<bool> taken_;
  size_t free_;
};

}  // namespace tandem::rtp
