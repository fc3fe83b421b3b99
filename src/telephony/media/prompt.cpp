#include "telephony/media/prompt.h"

#include <utility>

#include "telephony/media/audio.h"
#include "telephony/media/mp3.h"
#include "telephony/media/resampler.h"
#include "telephony/media/wav.h"

namespace tandem::media {
namespace {

std::vector<int16_t> to_mono(RawAudio audio) {
  if (audio.channels == 1) return std::move(audio.samples);
  const size_t channels = audio.channels;
  std::vector<int16_t> out(audio.samples.size() / channels);
  for (size_t i = 0; i < out.size(); ++i) {
    int32_t sum = 0;
    for (size_t c = 0; c < channels; ++c) sum += audio.samples[i * channels + c];
    out[i] = static_cast<int16_t>(sum / static_cast<int32_t>(channels));
  }
  return out;
}

}  // namespace

Result<Prompt> decode_audio(std::span<const uint8_t> file) {
  auto raw = is_wav(file) ? decode_wav(file) : decode_mp3(file);
  if (!raw) return tl::unexpected(raw.error());
  const uint32_t from = raw->rate;
  Prompt prompt;
  prompt.rate = from > kNarrowRateHz ? kWideRateHz : kNarrowRateHz;
  prompt.samples = resample(to_mono(std::move(*raw)), from, prompt.rate);
  if (prompt.samples.empty()) return fail("audio: no samples");
  return prompt;
}

}  // namespace tandem::media
