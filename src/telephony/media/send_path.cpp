#include "telephony/media/send_path.h"

#include <algorithm>

namespace tandem::media {
namespace {

constexpr size_t kBufferBytes = rtp::kHeaderBytes + kMaxPayloadBytes + rtp::kMaxSrtpGrowthBytes;
/// While a source is as new as this, a packet from before its first one is too late: its number
/// may have been used.
constexpr uint32_t kNewSourcePackets = 1000;
constexpr int kEndPackets = 3;

uint32_t units(int64_t micros, uint32_t clock_rate) {
  return static_cast<uint32_t>(micros * clock_rate / 1'000'000);
}

}  // namespace

SendPath::SendPath(const rtp::MediaSocket& socket, Random& random)
    : socket_(socket),
      // A first number in the lower half keeps the SRTP roll-over away from the start (RFC 3711
      // section 3.3.1).
      sequence_(static_cast<uint16_t>(random.below(0x8000))),
      ssrc_(static_cast<uint32_t>(random.next())),
      timestamp_(static_cast<uint32_t>(random.next())) {}

void SendPath::configure(const LegSettings& settings) {
  const std::optional<CodecFormat> format =
      settings.codecs.empty() ? std::nullopt : std::optional(settings.codecs.front());
  const bool same = format_ && format && same_payload(*format_, *format);
  if (!same) {
    encoder_.reset();
    rate_ = format && can_transcode(format->kind) ? audio_rate(*format) : 0;
    source_ = Source::None;
  }
  format_ = format;
  events_ = settings.events;
  const auto& key = settings.send_key;
  const bool same_key = key ? key_ && *key == *key_ : !key_;
  if (!same_key) {
    key_ = key ? std::make_unique<const rtp::SrtpKey>(*key) : nullptr;
    srtp_ = key_ ? std::make_unique<rtp::SrtpSender>(*key_) : nullptr;
  }
}

uint32_t SendPath::resume_timestamp(int64_t now_micros) const {
  if (packets_ == 0 || !format_) return timestamp_;
  // At least a frame, so that time never stands still.
  const int64_t frame = std::chrono::microseconds(kFrameTime).count();
  return timestamp_ + units(std::max(now_micros - sent_at_, frame), format_->clock_rate);
}

bool SendPath::follow(const rtp::Packet& packet, int64_t now_micros) {
  if (source_ == Source::Relay && packet.ssrc == relayed_ssrc_) {
    if (relayed_ >= kNewSourcePackets) return true;
    ++relayed_;
    return rtp::sequence_distance(relay_first_, packet.sequence) > 0;
  }
  source_ = Source::Relay;
  marker_ = true;
  relayed_ssrc_ = packet.ssrc;
  relay_first_ = packet.sequence;
  relayed_ = 0;
  relay_sequence_offset_ = static_cast<uint16_t>(sequence_ - packet.sequence);
  relay_timestamp_offset_ = resume_timestamp(now_micros) - packet.timestamp;
  return true;
}

void SendPath::relay(std::span<uint8_t> buffer, const rtp::Packet& packet, uint8_t type,
                     int64_t now_micros) {
  if (!can_send() || !follow(packet, now_micros)) return;
  const rtp::Header header{
      .marker = packet.marker || marker_,
      .payload_type = type,
      .sequence = static_cast<uint16_t>(packet.sequence + relay_sequence_offset_),
      .timestamp = packet.timestamp + relay_timestamp_offset_,
      .ssrc = ssrc_};
  marker_ = false;
  if (rtp::sequence_distance(sequence_, header.sequence) >= 0) {
    sequence_ = static_cast<uint16_t>(header.sequence + 1);
  }
  // Telephone events repeat their timestamp.
  if (packets_ == 0 || rtp::timestamp_distance(timestamp_, header.timestamp) > 0) {
    timestamp_ = header.timestamp;
    sent_at_ = now_micros;
  }
  buffer = buffer.subspan(packet.header_bytes - rtp::kHeaderBytes);
  rtp::write_header(buffer, header);
  transmit(buffer, rtp::kHeaderBytes + packet.payload.size(), packet.payload.size());
}

uint32_t SendPath::tick_timestamp(uint64_t tick, int64_t now_micros) {
  if (source_ != Source::Ticks) {
    source_ = Source::Ticks;
    marker_ = true;
    tick_base_ = tick;
    tick_timestamp_base_ = resume_timestamp(now_micros);
  } else if (tick != last_tick_ + 1) {
    marker_ = true;
  }
  last_tick_ = tick;
  const uint32_t step = format_->clock_rate / kFramesPerSecond;
  return tick_timestamp_base_ + static_cast<uint32_t>(tick - tick_base_) * step;
}

void SendPath::send_frame(const Frame& frame, uint64_t tick, int64_t now_micros) {
  if (!can_send() || rate_ == 0 || frame.rate != rate_) return;
  if (!encoder_) encoder_ = make_encoder(*format_);
  uint8_t buffer[kBufferBytes];
  const size_t payload = encoder_->encode(
      frame.span(), std::span(buffer).subspan(rtp::kHeaderBytes, kMaxPayloadBytes));
  if (payload == 0) return;
  timestamp_ = tick_timestamp(tick, now_micros);
  sent_at_ = now_micros;
  rtp::write_header(buffer, {.marker = marker_,
                             .payload_type = format_->send_type,
                             .sequence = sequence_++,
                             .timestamp = timestamp_,
                             .ssrc = ssrc_});
  marker_ = false;
  transmit(buffer, rtp::kHeaderBytes + payload, payload);
}

void SendPath::write_event(const DtmfEvent& event, bool marker) {
  uint8_t buffer[rtp::kHeaderBytes + kDtmfEventBytes + rtp::kMaxSrtpGrowthBytes];
  rtp::write_header(buffer, {.marker = marker,
                             .payload_type = events_->send_type,
                             .sequence = sequence_++,
                             .timestamp = event_timestamp_,
                             .ssrc = ssrc_});
  write_dtmf_event(std::span(buffer).subspan(rtp::kHeaderBytes), event);
  transmit(buffer, rtp::kHeaderBytes + kDtmfEventBytes, kDtmfEventBytes);
}

void SendPath::send_digit(const DigitSender::Step& step, uint64_t tick, int64_t now_micros) {
  if (!can_send() || !events_ || !format_) return;
  const uint32_t now_timestamp = tick_timestamp(tick, now_micros);
  if (step.first) event_timestamp_ = now_timestamp;
  timestamp_ = now_timestamp;
  sent_at_ = now_micros;
  DtmfEvent event{.code = step.code};
  const int64_t elapsed = std::chrono::microseconds(step.elapsed).count();
  event.duration =
      static_cast<uint16_t>(std::min<uint32_t>(units(elapsed, events_->clock_rate), UINT16_MAX));
  if (!step.last) {
    write_event(event, step.first);
    return;
  }
  event.end = true;
  for (int n = 0; n < kEndPackets; ++n) write_event(event, false);
}

void SendPath::transmit(std::span<uint8_t> buffer, size_t bytes, size_t payload_bytes) {
  if (tap_ != nullptr) tap_->on_packet(buffer.first(bytes));
  if (srtp_) bytes = srtp_->protect(buffer, bytes);
  if (bytes == 0) return;
  if (!socket_.send(buffer.first(bytes), destination_)) return;
  ++packets_;
  bytes_ += payload_bytes;
}

void SendPath::send_control(const rtp::MediaSocket& socket, const rtp::Endpoint& to,
                            std::span<uint8_t> buffer, size_t bytes) {
  if (srtp_) bytes = srtp_->protect_rtcp(buffer, bytes);
  if (bytes > 0) socket.send(buffer.first(bytes), to);
}

rtp::SenderInfo SendPath::sender_info(int64_t now_micros, uint64_t ntp) const {
  const uint32_t rate = format_ ? format_->clock_rate : kNarrowRateHz;
  return {.ntp_time = ntp,
          .rtp_time = timestamp_ + units(now_micros - sent_at_, rate),
          .packets = static_cast<uint32_t>(packets_),
          .bytes = static_cast<uint32_t>(bytes_)};
}

}  // namespace tandem::media
