#pragma once

// A phone for tests: speaks and hears real RTP on loopback.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "telephony/media/codec.h"
#include "telephony/media/dtmf_event.h"
#include "telephony/media/leg_settings.h"
#include "telephony/media/test_audio.h"
#include "telephony/rtp/media_socket.h"
#include "telephony/rtp/packet.h"
#include "telephony/rtp/rtcp.h"
#include "telephony/rtp/srtp.h"

namespace tandem::media {

class Phone {
 public:
  explicit Phone(CodecFormat format = CodecFormat::standard(CodecKind::Pcmu))
      : format_(format), encoder_(make_encoder(format)), decoder_(make_decoder(format)) {}

  /// What a leg that faces this phone is told.
  LegSettings settings() const {
    LegSettings settings;
    settings.remote = local();
    settings.rtcp_mux = true;
    settings.codecs = {format_};
    settings.events = EventFormat{};
    return settings;
  }
  void secure(const rtp::SrtpKey& sends, const rtp::SrtpKey& receives) {
    protect_.emplace(sends);
    open_.emplace(receives);
  }
  void call(const rtp::Endpoint& leg) { leg_ = leg; }
  void talk(double hz) { hz_ = hz; }
  const rtp::Endpoint& local() const { return socket_.local(); }

  /// Sends 20 ms.
  void speak() {
    if (hz_ == 0) return;
    const size_t count = frame_samples(encoder_->rate());
    std::vector<int16_t> frame(count);
    for (size_t i = 0; i < count; ++i, ++spoken_) {
      frame[i] =
          static_cast<int16_t>(8000 * std::sin(2 * std::numbers::pi * hz_ *
                                               static_cast<double>(spoken_) / encoder_->rate()));
    }
    uint8_t payload[kMaxPayloadBytes];
    const size_t bytes = encoder_->encode(frame, payload);
    send(format_.send_type, {payload, bytes}, timestamp_);
    timestamp_ += format_.clock_rate / 50;
  }
  /// Presses a key for 100 ms.
  void press(char digit) {
    for (uint16_t n = 1; n <= 7; ++n) {
      uint8_t payload[kDtmfEventBytes];
      const auto duration = static_cast<uint16_t>(std::min<int>(n, 5) * 160);
      write_dtmf_event(payload, {.code = *dtmf_code(digit), .end = n >= 5, .duration = duration});
      send(101, payload, timestamp_);
    }
    timestamp_ += 800;
  }
  void send(uint8_t type, std::span<const uint8_t> payload, uint32_t timestamp) {
    std::vector<uint8_t> packet(rtp::kHeaderBytes + payload.size() + rtp::kMaxSrtpGrowthBytes);
    rtp::write_header(
        packet,
        {.payload_type = type, .sequence = sequence_++, .timestamp = timestamp, .ssrc = ssrc_});
    std::copy(payload.begin(), payload.end(), packet.begin() + rtp::kHeaderBytes);
    size_t bytes = rtp::kHeaderBytes + payload.size();
    if (protect_) bytes = protect_->protect(packet, bytes);
    socket_.send(std::span(packet).first(bytes), leg_);
  }

  /// Takes what has arrived.
  void listen() {
    uint8_t buffer[rtp::kMaxDatagramBytes];
    rtp::Endpoint from;
    while (const auto bytes = socket_.receive(buffer, from)) take({buffer, *bytes});
  }

  struct Heard {
    rtp::Packet packet;
    std::vector<uint8_t> payload;
  };
  const std::vector<Heard>& packets() const { return packets_; }
  const std::vector<int16_t>& audio() const { return audio_; }
  const std::string& digits() const { return digits_; }
  size_t reports() const { return reports_; }
  void forget() {
    packets_.clear();
    audio_.clear();
    digits_.clear();
  }
  /// How pure `hz` is in the last `ms` of what was heard.
  double hears(double hz, size_t ms = 200) const {
    const size_t count = std::min(audio_.size(), ms * decoder_->rate() / 1000);
    return purity(std::span(audio_).last(count), decoder_->rate(), hz);
  }
  /// Whether the numbers of what was heard have no hole and no repetition.
  bool in_sequence() const {
    for (size_t n = 1; n < packets_.size(); ++n) {
      const auto& a = packets_[n - 1].packet;
      const auto& b = packets_[n].packet;
      if (rtp::sequence_distance(a.sequence, b.sequence) != 1 || a.ssrc != b.ssrc) return false;
      if (rtp::timestamp_distance(a.timestamp, b.timestamp) < 0) return false;
    }
    return true;
  }

 private:
  void take(std::span<uint8_t> datagram) {
    if (rtp::classify(datagram) == rtp::DatagramKind::Rtcp) {
      ++reports_;
      return;
    }
    if (open_) {
      const auto opened = open_->unprotect(datagram);
      if (opened.verdict != rtp::SrtpVerdict::Good) return;
      datagram = datagram.first(opened.bytes);
    }
    const auto packet = rtp::parse(datagram);
    if (!packet) return;
    packets_.push_back({*packet, {packet->payload.begin(), packet->payload.end()}});
    if (packet->payload_type == 101) {
      const auto event = read_dtmf_event(packet->payload);
      if (!event) return;
      if (const auto heard = digits_heard_.on_event(packet->timestamp, *event, {})) {
        digits_ += heard->digit;
      }
      return;
    }
    int16_t out[kMaxPayloadSamples];
    const size_t samples = decoder_->decode(packet->payload, out);
    audio_.insert(audio_.end(), out, out + samples);
  }

  CodecFormat format_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<Decoder> decoder_;
  rtp::MediaSocket socket_ = *rtp::MediaSocket::bind(*rtp::Endpoint::parse("127.0.0.1", 0));
  rtp::Endpoint leg_;
  std::optional<rtp::SrtpSender> protect_;
  std::optional<rtp::SrtpReceiver> open_;
  double hz_ = 0;
  size_t spoken_ = 0;
  uint32_t ssrc_ = 0x1000 + local().port();
  uint16_t sequence_ = 65500;
  uint32_t timestamp_ = 12345;
  std::vector<Heard> packets_;
  std::vector<int16_t> audio_;
  DtmfReceiver digits_heard_;
  std::string digits_;
  size_t reports_ = 0;
};

/// Lets phones speak and listen for `ms` of real time.
inline void talk_for(std::initializer_list<Phone*> phones, int ms) {
  auto next = std::chrono::steady_clock::now();
  for (int n = 0; n < ms / 20; ++n) {
    for (Phone* phone : phones) phone->speak();
    next += std::chrono::milliseconds(20);
    std::this_thread::sleep_until(next);
    for (Phone* phone : phones) phone->listen();
  }
}

}  // namespace tandem::media
