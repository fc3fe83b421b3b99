#include "telephony/media/pitch_shifter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tandem::media {
namespace {

constexpr uint32_t kFadeMs = 8;
/// One to three periods of the deepest voices.
constexpr uint32_t kShortestJumpMs = 8;
constexpr uint32_t kLongestJumpMs = 24;
/// What interpolation reads around a place.
constexpr int64_t kMargin = 3;
/// Of half the sampling rate; above it a raised pitch would fold back.
constexpr double kPassBand = 0.9;
/// Qualities of the two sections of a Butterworth filter of the fourth order.
constexpr double kQualities[] = {0.541196, 1.306563};

int64_t samples_of(uint32_t ms, uint32_t rate) { return static_cast<int64_t>(ms) * rate / 1000; }

}  // namespace

void PitchShifter::Section::set(double cutoff, double quality, double rate) {
  const double w = 2.0 * std::numbers::pi * cutoff / rate;
  const double alpha = std::sin(w) / (2.0 * quality);
  const double cosine = std::cos(w);
  const double a0 = 1.0 + alpha;
  b0 = b2 = (1.0 - cosine) / 2.0 / a0;
  b1 = (1.0 - cosine) / a0;
  a1 = -2.0 * cosine / a0;
  a2 = (1.0 - alpha) / a0;
  z1 = z2 = 0.0;
}

double PitchShifter::Section::filter(double in) {
  const double out = b0 * in + z1;
  z1 = b1 * in - a1 * out + z2;
  z2 = b2 * in - a2 * out;
  return out;
}

PitchShifter::PitchShifter(double factor) : factor_(std::clamp(factor, kLowest, kHighest)) {}

void PitchShifter::begin(uint32_t rate) {
  rate_ = rate;
  fade_samples_ = samples_of(kFadeMs, rate);
  shortest_jump_ = samples_of(kShortestJumpMs, rate);
  longest_jump_ = samples_of(kLongestJumpMs, rate);
  buffer_.fill(0.0F);
  const double cutoff = kPassBand * rate / 2.0 / std::max(factor_, 1.0);
  for (size_t n = 0; n < lowpass_.size(); ++n) lowpass_[n].set(cutoff, kQualities[n], rate);
  // Far enough from the start that the first jump finds silence to jump over.
  written_ = kBufferSamples;
  position_ = static_cast<double>(written_ - longest_jump_ - fade_samples_);
  fade_left_ = 0;
}

void PitchShifter::write(int16_t sample) {
  double value = sample;
  if (factor_ > 1.0) {
    for (Section& section : lowpass_) value = section.filter(value);
  }
  buffer_[static_cast<size_t>(written_++) % kBufferSamples] = static_cast<float>(value);
}

/// Cubic (Catmull-Rom) between the samples around the place.
double PitchShifter::read(double place) const {
  const auto index = static_cast<int64_t>(place);
  const double t = place - static_cast<double>(index);
  const double y0 = at(index - 1);
  const double y1 = at(index);
  const double y2 = at(index + 1);
  const double y3 = at(index + 2);
  const double c1 = (y2 - y0) / 2.0;
  const double c2 = y0 - 2.5 * y1 + 2.0 * y2 - 0.5 * y3;
  const double c3 = (y3 - y0) / 2.0 + 1.5 * (y1 - y2);
  return ((c3 * t + c2) * t + c1) * t + y1;
}

/// Correlation of what follows two places, by the strength of the second.
double PitchShifter::likeness(int64_t here, int64_t there) const {
  double sum = 0.0;
  double energy = 1.0;
  for (int64_t i = 0; i < fade_samples_; ++i) {
    const double b = at(there + i);
    sum += at(here + i) * b;
    energy += b * b;
  }
  return sum / std::sqrt(energy);
}

/// Back when the reader gains on the writer, forward when it falls behind.
void PitchShifter::jump() {
  const auto here = static_cast<int64_t>(position_);
  const int64_t direction = factor_ > 1.0 ? -1 : 1;
  int64_t best = shortest_jump_;
  double most = -1.0;
  for (int64_t length = shortest_jump_; length <= longest_jump_; ++length) {
    const double found = likeness(here, here + direction * length);
    if (found <= most) continue;
    most = found;
    best = length;
  }
  fading_from_ = position_;
  position_ += static_cast<double>(direction * best);
  fade_left_ = fade_samples_;
}

void PitchShifter::process(Frame& frame) {
  if (frame.rate != rate_) begin(frame.rate);
  const auto fade = static_cast<double>(fade_samples_);
  // As long as a fade lasts the reader must have something to read.
  const double nearest = std::max(factor_, 1.0) * fade + static_cast<double>(kMargin);
  const auto farthest = static_cast<double>(longest_jump_ + fade_samples_ + kMargin);
  for (int16_t& sample : frame.span()) {
    write(sample);
    const double behind = static_cast<double>(written_) - position_;
    const bool out_of_range = factor_ > 1.0 ? behind < nearest : behind > farthest;
    if (fade_left_ == 0 && out_of_range) jump();
    double value = read(position_);
    if (fade_left_ > 0) {
      const double old = static_cast<double>(fade_left_) / fade;
      value = old * read(fading_from_) + (1.0 - old) * value;
      fading_from_ += factor_;
      --fade_left_;
    }
    sample = saturate(static_cast<int32_t>(std::lround(value)));
    position_ += factor_;
  }
}

}  // namespace tandem::media
