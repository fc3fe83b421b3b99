#pragma once

#include <chrono>
#include <cstdint>

#include "telephony/rtp/endpoint.h"
#include "telephony/rtp/packet.h"

namespace tandem::rtp {

/// Decides whose packets a leg takes and where it sends: the address of the SDP, or, when the peer
/// sits behind a NAT, the address its packets really come from (symmetric RTP, RFC 4961).
///
/// Learning an address from packets is what "RTP bleed" attacks use, so it is narrow: only while
/// the signalled address is silent, only in a short time after it was signalled, only from two
/// packets in order, and once. Afterwards only the signalled address, a packet authenticated by
/// SRTP, or a new expect() moves it.
class SourceLatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kWindow{10};

  struct Rules {
    /// Whether to learn at all.
    bool symmetric = true;
    /// Whether to take packets from anywhere, without sending there (`accept_any_rtp_packets`).
    bool accept_any = false;
  };

  enum class Verdict : uint8_t {
    Accept,
    /// Accept, and destination() has changed.
    Moved,
    Drop,
  };

  /// Signalling named `remote`: starts over.
  void expect(const Endpoint& remote, const Rules& rules, Time now);

  /// The usual case, without looking into the packet.
  bool is_current(const Endpoint& from) const { return from == destination_; }
  /// The current source has spoken: nobody else may be learned any more. Called for each packet
  /// that is_current() lets through.
  void lock() { locked_ = true; }
  /// For a packet from elsewhere. `authenticated`: SRTP proved it, and it is the newest.
  Verdict consider(const Endpoint& from, const Packet& packet, bool authenticated, Time now);

  /// Where to send.
  const Endpoint& destination() const { return destination_; }

 private:
  Verdict move_to(const Endpoint& from);
  bool confirms_candidate(const Endpoint& from, const Packet& packet);

  // What each packet touches comes first.
  Endpoint destination_;
  bool locked_ = false;
  Rules rules_;
  Endpoint signalled_;
  Time deadline_{};
  Endpoint candidate_;
  uint32_t candidate_ssrc_ = 0;
  uint16_t candidate_sequence_ = 0;
};

}  // namespace tandem::rtp
