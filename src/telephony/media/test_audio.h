#pragma once

// Sounds for tests, and a measure of what is left of them.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace tandem::media {

inline std::vector<int16_t> sine(uint32_t rate, double hz, size_t samples, double peak = 8000.0) {
  std::vector<int16_t> out(samples);
  for (size_t i = 0; i < samples; ++i) {
    const double at = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / rate;
    out[i] = static_cast<int16_t>(std::lround(peak * std::sin(at)));
  }
  return out;
}

/// Power of `hz` in the samples against their whole power, 0 to 1.
inline double purity(std::span<const int16_t> samples, uint32_t rate, double hz) {
  double real = 0;
  double imaginary = 0;
  double power = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double sample = samples[i];
    const double at = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / rate;
    real += sample * std::cos(at);
    imaginary += sample * std::sin(at);
    power += sample * sample;
  }
  const auto n = static_cast<double>(samples.size());
  return power == 0 ? 0 : 2.0 * (real * real + imaginary * imaginary) / n / power;
}

}  // namespace tandem::media
