#include "telephony/media/concealment.h"

#include <cstdlib>
#include <cstring>

namespace tandem::media {
namespace {

/// Pitch from 66 to 400 Hz.
constexpr uint32_t kShortestPeriodMicros = 2500;
constexpr uint32_t kLongestPeriodMicros = 15000;
constexpr uint32_t kWindowMs = 10;
constexpr uint32_t kHistoryMs = 30;
/// Full level this long, then a straight line to silence.
constexpr uint32_t kHoldMs = 10;
constexpr uint32_t kFadeMs = 50;
constexpr uint32_t kBlendMs = 4;

}  // namespace

Concealer::Concealer(uint32_t rate) : rate_(rate), history_(rate * kHistoryMs / 1000) {}

size_t Concealer::find_period() const {
  const size_t shortest = rate_ * kShortestPeriodMicros / 1'000'000;
  const size_t longest = rate_ * kLongestPeriodMicros / 1'000'000;
  const size_t window = rate_ * kWindowMs / 1000;
  const int16_t* end = history_.data() + history_.size() - window;
  size_t best = longest;
  int64_t least = INT64_MAX;
  for (size_t lag = shortest; lag <= longest; ++lag) {
    int64_t difference = 0;
    for (size_t i = 0; i < window; ++i) difference += std::abs(int32_t{end[i]} - end[i - lag]);
    if (difference < least) {
      least = difference;
      best = lag;
    }
  }
  return best;
}

void Concealer::make_cycle() {
  period_ = find_period();
  cycle_.resize(rate_ * kLongestPeriodMicros / 1'000'000);
  position_ = 0;
  const int16_t* last = history_.data() + history_.size() - period_;
  std::memcpy(cycle_.data(), last, period_ * sizeof(int16_t));
  // The end of the cycle turns into what came before its start, so that it closes without a click.
  const size_t blend = period_ / 4;
  for (size_t i = 0; i < blend; ++i) {
    const auto weight = static_cast<int32_t>(i + 1);
    const auto whole = static_cast<int32_t>(blend + 1);
    int16_t& sample = cycle_[period_ - blend + i];
    const int32_t before = *(last - static_cast<ptrdiff_t>(blend) + static_cast<ptrdiff_t>(i));
    sample = static_cast<int16_t>((sample * (whole - weight) + before * weight) / whole);
  }
}

int16_t Concealer::next_sample() {
  const size_t hold = rate_ * kHoldMs / 1000;
  const size_t fade = rate_ * kFadeMs / 1000;
  const size_t at = made_up_++;
  const int16_t sample = cycle_[position_];
  position_ = (position_ + 1) % period_;
  if (at < hold) return sample;
  if (at >= hold + fade) return 0;
  const auto left = static_cast<int32_t>(hold + fade - at);
  return static_cast<int16_t>(sample * left / static_cast<int32_t>(fade));
}

void Concealer::good(std::span<int16_t> frame) {
  if (made_up_ > 0) {
    const size_t blend = std::min<size_t>(rate_ * kBlendMs / 1000, frame.size());
    for (size_t i = 0; i < blend; ++i) {
      const auto weight = static_cast<int32_t>(i);
      const auto whole = static_cast<int32_t>(blend);
      frame[i] =
          static_cast<int16_t>((next_sample() * (whole - weight) + frame[i] * weight) / whole);
    }
    made_up_ = 0;
  }
  const size_t length = history_.size();
  if (frame.size() >= length) {
    std::memcpy(history_.data(), frame.data() + frame.size() - length, length * sizeof(int16_t));
    return;
  }
  const size_t kept = length - frame.size();
  std::memmove(history_.data(), history_.data() + frame.size(), kept * sizeof(int16_t));
  std::memcpy(history_.data() + kept, frame.data(), frame.size() * sizeof(int16_t));
}

void Concealer::conceal(std::span<int16_t> out) {
  if (made_up_ == 0) make_cycle();
  for (int16_t& sample : out) sample = next_sample();
}

}  // namespace tandem::media
