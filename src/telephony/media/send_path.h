#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/random.h"
#include "telephony/media/audio.h"
#include "telephony/media/codec.h"
#include "telephony/media/dtmf_event.h"
#include "telephony/media/leg_settings.h"
#include "telephony/rtp/media_socket.h"
#include "telephony/rtp/packet.h"
#include "telephony/rtp/rtcp.h"
#include "telephony/rtp/srtp.h"

namespace tandem::media {

/// Shown every RTP packet of a direction before it is encrypted or after it was decrypted.
class PacketTap {
 public:
  virtual ~PacketTap() = default;
  virtual void on_packet(std::span<const uint8_t> packet) = 0;
};

/// The one RTP stream a leg sends, whatever its source is at the moment: packets relayed from the
/// other leg, frames made here, or telephone events. SSRC, sequence numbers and timestamps go on
/// without a break when the source changes.
class SendPath {
 public:
  SendPath(const rtp::MediaSocket& socket, Random& random);

  /// What was agreed on; the encoder is kept when the codec stays the same.
  void configure(const LegSettings& settings);
  void set_destination(const rtp::Endpoint& to) { destination_ = to; }
  void set_tap(PacketTap* tap) { tap_ = tap; }
  const rtp::Endpoint& destination() const { return destination_; }
  bool can_send() const { return !destination_.is_unspecified() && destination_.port() != 0; }

  /// Forwards a packet the other leg received, under payload type `type`. `buffer` starts with the
  /// packet, has kMaxSrtpGrowthBytes behind it, and is changed. Sources and header extensions
  /// belong to the other leg and are left out.
  void relay(std::span<uint8_t> buffer, const rtp::Packet& packet, uint8_t type,
             int64_t now_micros);
  /// Encodes and sends 20 ms at rate(). `tick` counts 20 ms steps.
  void send_frame(const Frame& frame, uint64_t tick, int64_t now_micros);
  /// One step of a digit as a telephone event; three packets at its end.
  void send_digit(const DigitSender::Step& step, uint64_t tick, int64_t now_micros);
  bool sends_events() const { return events_.has_value(); }

  /// Rate of the frames the codec wants; 0 when it cannot be encoded.
  uint32_t rate() const { return rate_; }
  const std::optional<CodecFormat>& format() const { return format_; }

  /// Protects and sends a control packet in place; `buffer` has kMaxSrtpGrowthBytes behind it.
  void send_control(const rtp::MediaSocket& socket, const rtp::Endpoint& to,
                    std::span<uint8_t> buffer, size_t bytes);
  rtp::SenderInfo sender_info(int64_t now_micros, uint64_t ntp) const;

  uint32_t ssrc() const { return ssrc_; }
  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }

 private:
  enum class Source : uint8_t { None, Relay, Ticks };

  uint32_t resume_timestamp(int64_t now_micros) const;
  /// Timestamp of a tick; starts the tick source when another was active.
  uint32_t tick_timestamp(uint64_t tick, int64_t now_micros);
  bool follow(const rtp::Packet& packet, int64_t now_micros);
  void transmit(std::span<uint8_t> buffer, size_t bytes, size_t payload_bytes);
  void write_event(const DtmfEvent& event, bool marker);

  // What each relayed packet touches comes first.
  const rtp::MediaSocket& socket_;
  rtp::Endpoint destination_;
  bool marker_ = true;
  Source source_ = Source::None;
  uint16_t sequence_;
  PacketTap* tap_ = nullptr;
  std::unique_ptr<rtp::SrtpSender> srtp_;
  uint32_t ssrc_;
  uint32_t timestamp_;
  int64_t sent_at_ = 0;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  uint32_t relayed_ssrc_ = 0;
  uint32_t relayed_ = 0;
  uint16_t relay_first_ = 0;
  uint16_t relay_sequence_offset_ = 0;
  uint32_t relay_timestamp_offset_ = 0;

  std::optional<CodecFormat> format_;
  std::optional<EventFormat> events_;
  std::unique_ptr<const rtp::SrtpKey> key_;
  std::unique_ptr<Encoder> encoder_;
  uint32_t rate_ = 0;
  uint64_t tick_base_ = 0;
  uint64_t last_tick_ = 0;
  uint32_t tick_timestamp_base_ = 0;
  uint32_t event_timestamp_ = 0;
};

}  // namespace tandem::media
