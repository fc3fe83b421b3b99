#include "telephony/media/tone.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "core/assert.h"

namespace tandem::media {
namespace {

/// A sine that fills 16 bits stands at +3.17 dBm0 (G.711).
constexpr double kFullScaleDbm0 = 3.17;
constexpr double kDtmfLevelDbm0 = -9.0;
constexpr uint16_t kBeepHz = 1000;
constexpr uint16_t kLowHz[] = {697, 770, 852, 941};
constexpr uint16_t kHighHz[] = {1209, 1336, 1477, 1633};
/// Row and column of the keys 0-9 * # A-D.
constexpr uint8_t kKeyRow[] = {3, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 0, 1, 2, 3};
constexpr uint8_t kKeyColumn[] = {1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 3, 3, 3, 3};

}  // namespace

Tone beep_tone(uint32_t millis) {
  Tone tone;
  tone.segments = {{.first_hz = kBeepHz, .millis = millis}};
  tone.repeats = false;
  return tone;
}

Tone silence_tone(uint32_t millis) {
  Tone tone;
  tone.segments = {{.millis = millis}};
  tone.repeats = false;
  return tone;
}

Tone dtmf_tone(uint8_t code, uint32_t millis) {
  TANDEM_ASSERT(code < 16);
  Tone tone;
  tone.segments = {{.first_hz = kLowHz[kKeyRow[code]],
                    .second_hz = kHighHz[kKeyColumn[code]],
                    .millis = millis}};
  tone.repeats = false;
  tone.level_dbm0 = kDtmfLevelDbm0;
  return tone;
}

TonePlayer::TonePlayer(Tone tone)
    : tone_(std::move(tone)),
      amplitude_(32767.0 * std::pow(10.0, (tone_.level_dbm0 - kFullScaleDbm0) / 20.0)) {}

void TonePlayer::Oscillator::start(double hz, uint32_t rate) {
  on = hz > 0.0;
  const double step = 2.0 * std::numbers::pi * hz / rate;
  factor = 2.0 * std::cos(step);
  now = 0.0;
  before = -std::sin(step);
}

double TonePlayer::Oscillator::next() {
  if (!on) return 0.0;
  const double value = now;
  now = factor * now - before;
  before = value;
  return value;
}

void TonePlayer::enter(size_t segment, uint32_t rate) {
  segment_ = segment;
  rate_ = rate;
  const ToneSegment& current = tone_.segments[segment];
  left_ = current.millis == 0 ? UINT64_MAX : uint64_t{current.millis} * rate / 1000;
  first_.start(current.first_hz, rate);
  second_.start(current.second_hz, rate);
}

int16_t TonePlayer::next(const ToneSegment& segment) {
  const double first = first_.next();
  const double second = second_.next();
  const double value = segment.modulated ? first * (0.5 + 0.5 * second) : first + second;
  return static_cast<int16_t>(std::lround(value * amplitude_));
}

size_t TonePlayer::fill(std::span<int16_t> out, uint32_t rate) {
  if (tone_.segments.empty()) return 0;
  if (rate != rate_) enter(segment_, rate);
  size_t made = 0;
  while (made < out.size()) {
    if (left_ == 0) {
      const bool last = segment_ + 1 == tone_.segments.size();
      if (last && !tone_.repeats) return made;
      enter(last ? 0 : segment_ + 1, rate);
      if (left_ == 0) return made;
    }
    out[made++] = next(tone_.segments[segment_]);
    --left_;
  }
  return made;
}

}  // namespace tandem::media
