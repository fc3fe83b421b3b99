#include "telephony/media/tone_detector.h"

#include <cmath>
#include <cstdlib>
#include <numbers>

#include "telephony/media/audio.h"

namespace tandem::media {
namespace {

/// Share of a frame's power that one filter must hold: a tone half way between two of them still
/// leaves 80 % in each.
constexpr float kShare = 0.7F;
/// Mean power below which nothing is a tone: about -38 dBm0.
constexpr float kMinPower = 150.0F * 150.0F;
constexpr uint32_t kFaxFrames = 15;
constexpr uint32_t kMaxMissed = 1;

}  // namespace

ToneDetector::ToneDetector() {
  for (size_t n = 0; n < kFilters; ++n) {
    const double hz = kLowestHz + static_cast<double>(n) * kStepHz;
    factors_[n] = static_cast<float>(2.0 * std::cos(2.0 * std::numbers::pi * hz / kNarrowRateHz));
  }
}

std::optional<size_t> ToneDetector::loudest(std::span<const int16_t> samples) const {
  float power = 0.0F;
  for (const int16_t sample : samples) {
    power += static_cast<float>(sample) * static_cast<float>(sample);
  }
  const auto count = static_cast<float>(samples.size());
  if (power < kMinPower * count) return std::nullopt;
  // All filters advance together, sample by sample: the compiler does several at once.
  std::array<float, kFilters> now{};
  std::array<float, kFilters> before{};
  for (const int16_t sample : samples) {
    const auto value = static_cast<float>(sample);
    for (size_t n = 0; n < kFilters; ++n) {
      const float next = value + factors_[n] * now[n] - before[n];
      before[n] = now[n];
      now[n] = next;
    }
  }
  size_t best = 0;
  float most = 0.0F;
  for (size_t n = 0; n < kFilters; ++n) {
    const float found = now[n] * now[n] + before[n] * before[n] - factors_[n] * now[n] * before[n];
    if (found > most) {
      most = found;
      best = n;
    }
  }
  // A sine of power P gives P * count / 2 in its filter.
  if (most * 2.0F < kShare * power * count) return std::nullopt;
  return best;
}

std::optional<SteadyTone> ToneDetector::feed(std::span<const int16_t> samples) {
  constexpr auto kBeepFrames = static_cast<uint32_t>(kMinBeep / kFrameTime);
  const auto is_fax = [this] {
    const uint32_t hz = kLowestHz + static_cast<uint32_t>(filter_) * kStepHz;
    return (hz >= 1075 && hz <= 1125) || hz >= 2075;
  };
  const auto found = loudest(samples);
  const bool same =
      found && frames_ > 0 && std::abs(static_cast<int>(*found) - static_cast<int>(filter_)) <= 1;
  if (same) {
    ++frames_;
    missed_ = 0;
    if (frames_ == kFaxFrames && is_fax()) return SteadyTone::Fax;
    return std::nullopt;
  }
  if (!found && frames_ > 0 && missed_ < kMaxMissed) {
    ++missed_;
    return std::nullopt;
  }
  const bool ended = frames_ >= kBeepFrames && !(is_fax() && frames_ >= kFaxFrames);
  filter_ = found.value_or(0);
  frames_ = found ? 1 : 0;
  missed_ = 0;
  return ended ? std::optional(SteadyTone::Beep) : std::nullopt;
}

}  // namespace tandem::media
