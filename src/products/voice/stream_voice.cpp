#include "products/voice/stream_voice.h"

#include <algorithm>

#include "telephony/media/audio.h"

namespace tandem::products::voice {
namespace {

/// A client may send as much as it likes at once; decoders take this much.
constexpr size_t kPieceBytes = 160;

}  // namespace

StreamVoice::StreamVoice(const media::CodecFormat& codec, uint32_t rate)
    : kind_(codec.kind), decoder_(media::make_decoder(codec)) {
  rate_ = codec.kind == media::CodecKind::L16 ? rate : decoder_->rate();
  if (rate_ <= media::kWideRateHz) return;
  resampler_ = std::make_unique<media::Resampler>(rate_, media::kWideRateHz);
}

uint32_t StreamVoice::rate() const { return std::min(rate_, media::kWideRateHz); }

std::vector<int16_t> StreamVoice::decode(std::span<const uint8_t> payload) {
  std::vector<int16_t> all;
  std::vector<int16_t> samples(media::kMaxPayloadSamples);
  const size_t most = kind_ == media::CodecKind::Opus ? payload.size() : kPieceBytes;
  while (!payload.empty()) {
    const auto piece = payload.first(std::min(most, payload.size()));
    payload = payload.subspan(piece.size());
    const size_t count = decoder_->decode(piece, samples);
    all.insert(all.end(), samples.begin(), samples.begin() + static_cast<ptrdiff_t>(count));
  }
  if (!resampler_) return all;
  std::vector<int16_t> converted(all.size() * media::kWideRateHz / rate_ + 1);
  converted.resize(resampler_->process(all, converted));
  return converted;
}

}  // namespace tandem::products::voice
