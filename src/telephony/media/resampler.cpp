#include "telephony/media/resampler.h"

#include <speex/speex_resampler.h>

#include "core/assert.h"

namespace tandem::media {
namespace {

/// The library's quality 0 to 10; 3 is meant for telephony.
constexpr int kQuality = 3;
/// Samples handed to the library at once when a whole recording is converted.
constexpr size_t kBlockSamples = 4096;

}  // namespace

void Resampler::Free::operator()(SpeexResamplerState_* state) const {
  speex_resampler_destroy(state);
}

Resampler::Resampler(uint32_t from_rate, uint32_t to_rate) {
  int error = RESAMPLER_ERR_SUCCESS;
  state_.reset(speex_resampler_init(1, from_rate, to_rate, kQuality, &error));
  TANDEM_ASSERT(state_ != nullptr && error == RESAMPLER_ERR_SUCCESS);
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

size_t Resampler::process(std::span<const int16_t> in, std::span<int16_t> out) {
  auto taken = static_cast<spx_uint32_t>(in.size());
  auto made = static_cast<spx_uint32_t>(out.size());
  speex_resampler_process_int(state_.get(), 0, in.data(), &taken, out.data(), &made);
  return made;
}

std::vector<int16_t> resample(std::span<const int16_t> samples, uint32_t from_rate,
                              uint32_t to_rate) {
  if (from_rate == to_rate) return {samples.begin(), samples.end()};
  const size_t wanted = static_cast<size_t>(uint64_t{samples.size()} * to_rate / from_rate);
  int error = RESAMPLER_ERR_SUCCESS;
  SpeexResamplerState* state = speex_resampler_init(1, from_rate, to_rate, kQuality, &error);
  TANDEM_ASSERT(state != nullptr);
  speex_resampler_skip_zeros(state);
  std::vector<int16_t> out(wanted);
  const int16_t zeros[256] = {};
  size_t made = 0;
  while (made < out.size()) {
    // At the end silence pushes the last samples out of the filter.
    const bool ended = samples.empty();
    const size_t count = ended ? std::size(zeros) : std::min(samples.size(), kBlockSamples);
    auto taken = static_cast<spx_uint32_t>(count);
    auto written = static_cast<spx_uint32_t>(out.size() - made);
    speex_resampler_process_int(state, 0, ended ? zeros : samples.data(), &taken, out.data() + made,
                                &written);
    made += written;
    if (!ended) samples = samples.subspan(taken);
  }
  speex_resampler_destroy(state);
  return out;
}

const Frame& FrameConverter::at(uint32_t rate, const Frame& frame) {
  if (frame.rate == rate) return frame;
  if (!conversion_ || conversion_->from != frame.rate) {
    Conversion made{frame.rate, Resampler(frame.rate, rate), {}};
    conversion_ = std::make_unique<Conversion>(std::move(made));
  }
  conversion_->converted.silence(rate);
  conversion_->resampler.process(frame.span(), conversion_->converted.span());
  return conversion_->converted;
}

}  // namespace tandem::media
