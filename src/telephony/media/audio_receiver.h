#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "telephony/media/audio.h"
#include "telephony/media/codec.h"
#include "telephony/media/concealment.h"
#include "telephony/media/jitter_buffer.h"
#include "telephony/media/noise.h"

namespace tandem::media {

/// Turns the packets of one incoming stream into 20 ms frames: jitter buffer, decoder, loss
/// concealment, comfort noise. Made only for legs whose audio somebody listens to.
class AudioReceiver {
 public:
  /// `formats` are those the peer may send; at least one can be decoded.
  AudioReceiver(PacketPool& pool, std::vector<CodecFormat> formats,
                std::optional<uint8_t> noise_type);

  void put(const rtp::Packet& packet, int64_t arrival_micros);
  /// A packet of the stream that carries no audio.
  void skip(uint16_t sequence) { buffer_.skip(sequence); }
  /// The next 20 ms, silence when there is nothing. Gives whether anything was heard.
  bool pull(Frame& out);

  uint32_t rate() const { return rate_; }
  const JitterBuffer& buffer() const { return buffer_; }

 private:
  bool select(uint8_t payload_type);
  void feed();
  void decode(const JitterBuffer::Item& item);
  void conceal(const JitterBuffer::Item& item);
  void make_up(size_t samples);
  void push(std::span<const int16_t> samples);

  std::vector<CodecFormat> formats_;
  std::optional<uint8_t> noise_type_;
  JitterBuffer buffer_;
  uint32_t rate_;
  std::unique_ptr<Decoder> decoder_;
  uint8_t decoder_type_ = 0;
  std::unique_ptr<Concealer> concealer_;
  NoiseGenerator noise_;
  bool noisy_ = false;
  /// Frames in a row without a packet.
  uint32_t dry_frames_ = 0;
  bool heard_ = false;
  /// The frame being pulled, until it is made.
  Frame* wanted_ = nullptr;
  /// Decoded and not yet pulled, for packets that are longer or shorter than a frame; empty with
  /// those that are one.
  std::vector<int16_t> ready_;
};

}  // namespace tandem::media
