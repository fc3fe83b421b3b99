#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "telephony/media/codec.h"
#include "telephony/media/resampler.h"

namespace tandem::products::voice {

/// Turns the payloads that a stream's client sends into samples that a call can play.
class StreamVoice {
 public:
  StreamVoice() = default;
  /// `rate` is that of L16, which does not say it itself: 8000, 16000 or 48000 Hz.
  StreamVoice(const media::CodecFormat& codec, uint32_t rate);

  /// Of the samples: 8000 or 16000 Hz.
  uint32_t rate() const;
  /// One payload, of any length; of Opus it is one packet. Nothing when it can't be decoded.
  std::vector<int16_t> decode(std::span<const uint8_t> payload);

 private:
  media::CodecKind kind_ = media::CodecKind::Pcmu;
  uint32_t rate_ = 0;  // of what comes
  std::unique_ptr<media::Decoder> decoder_;
  std::unique_ptr<media::Resampler> resampler_;  // of what no call can play as it is
};

}  // namespace tandem::products::voice
