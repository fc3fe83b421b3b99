#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "telephony/media/leg_settings.h"
#include "telephony/media/send_path.h"
#include "telephony/rtp/packet.h"
#include "telephony/rtp/reception.h"
#include "telephony/rtp/source_latch.h"
#include "telephony/rtp/srtp.h"

namespace tandem::media {

/// Takes what arrives for a leg: only from the peer, only authentic, each packet once, counted.
class ReceivePath {
 public:
  using Time = rtp::SourceLatch::Time;

  void configure(const LegSettings& settings, Time now);
  void set_tap(PacketTap* tap) { tap_ = tap; }

  /// A packet to use; nothing when it is to be dropped. Decrypts in place.
  std::optional<rtp::Packet> accept(std::span<uint8_t> datagram, const rtp::Endpoint& from,
                                    Time now);
  /// A control packet, decrypted; empty when it is to be dropped.
  std::span<const uint8_t> accept_control(std::span<uint8_t> datagram, const rtp::Endpoint& from);

  /// Where to send media, as learned so far.
  const rtp::Endpoint& remote() const { return latch_.destination(); }
  /// Whether remote() has changed since this was last asked.
  bool take_moved() { return std::exchange(moved_, false); }
  bool heard() const { return heard_; }
  Time last_heard() const { return last_heard_; }
  uint32_t ssrc() const { return ssrc_; }
  rtp::Reception& reception() { return reception_; }
  const rtp::Reception& reception() const { return reception_; }
  /// Summed over all SSRCs of the leg.
  struct Totals {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    uint64_t lost = 0;
    uint64_t late = 0;
    uint64_t duplicates = 0;
    double max_jitter_ms = 0.0;
  };
  Totals totals() const;
  uint64_t refused() const { return refused_; }

 private:
  /// Checks where an encrypted or plain packet comes from.
  bool from_peer(const rtp::Endpoint& from, const rtp::Packet& packet, bool authentic, Time now);
  std::optional<rtp::Packet> refuse();
  void follow_source(const rtp::Packet& packet);

  // What each packet touches comes first.
  rtp::SourceLatch latch_;
  std::unique_ptr<rtp::SrtpReceiver> srtp_;
  PacketTap* tap_ = nullptr;
  bool heard_ = false;
  bool moved_ = false;
  std::optional<uint8_t> event_type_;
  uint32_t ssrc_ = 0;
  Time last_heard_{};
  rtp::Reception reception_;

  uint32_t clock_rate_ = 8000;
  std::unique_ptr<const rtp::SrtpKey> key_;
  std::unique_ptr<Totals> before_;  // of earlier SSRCs
  uint64_t refused_ = 0;
};

}  // namespace tandem::media
