#include "telephony/media/pitch_shifter.h"

#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

namespace tandem::media {
namespace {

std::vector<int16_t> shifted_tone(double hz, double factor, uint32_t rate, int frames) {
  PitchShifter shifter(factor);
  std::vector<int16_t> out;
  size_t at = 0;
  for (int n = 0; n < frames; ++n) {
    Frame frame;
    frame.silence(rate);
    for (int16_t& sample : frame.span()) {
      sample = static_cast<int16_t>(
          8000.0 * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(at++) / rate));
    }
    shifter.process(frame);
    out.insert(out.end(), frame.span().begin(), frame.span().end());
  }
  return out;
}

/// How much of the energy is at the frequency, in windows of 20 ms; the least of them. The first
/// 100 ms are left out.
double share_at(const std::vector<int16_t>& samples, double hz, uint32_t rate) {
  double least = 1.0;
  const size_t window = rate / 50;
  for (size_t from = window * 5; from + window <= samples.size(); from += window) {
    double re = 0.0;
    double im = 0.0;
    double energy = 1.0;
    for (size_t i = 0; i < window; ++i) {
      const double x = samples[from + i];
      const double w = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / rate;
      re += x * std::cos(w);
      im += x * std::sin(w);
      energy += x * x;
    }
    least = std::min(least, 2.0 * (re * re + im * im) / static_cast<double>(window) / energy);
  }
  return least;
}

}  // namespace

TEST_CASE("a tone comes out at another pitch, as loud as it was") {
  for (const uint32_t rate : {kNarrowRateHz, kWideRateHz}) {
    for (const double factor : {0.5, 0.75, 0.9, 1.0, 1.1, 1.5, 2.0}) {
      for (const double hz : {330.0, 620.0, 950.0}) {
        CAPTURE(rate);
        CAPTURE(factor);
        CAPTURE(hz);
        const auto samples = shifted_tone(hz, factor, rate, 50);
        CHECK(share_at(samples, hz * factor, rate) > 0.7);
        double energy = 0.0;
        for (size_t i = samples.size() / 2; i < samples.size(); ++i) {
          energy += static_cast<double>(samples[i]) * samples[i];
        }
        const double rms = std::sqrt(energy / (static_cast<double>(samples.size()) / 2.0));
        CHECK(rms > 4500.0);
        CHECK(rms < 6500.0);
      }
    }
  }
}

TEST_CASE("what would lie above the band is left out, not folded back") {
  const auto samples = shifted_tone(3000.0, 2.0, kNarrowRateHz, 50);
  int16_t most = 0;
  for (size_t i = 800; i < samples.size(); ++i) {
    most = std::max<int16_t>(most, static_cast<int16_t>(std::abs(samples[i])));
  }
  CHECK(most < 2000);
}

TEST_CASE("silence stays silent, and the rate may change between frames") {
  PitchShifter shifter(3.0);
  for (const uint32_t rate : {kNarrowRateHz, kWideRateHz, kNarrowRateHz}) {
    for (int n = 0; n < 100; ++n) {
      Frame frame;
      frame.silence(rate);
      shifter.process(frame);
      for (const int16_t sample : frame.span()) REQUIRE(sample == 0);
    }
  }
}

}  // namespace tandem::media
