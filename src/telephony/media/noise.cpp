#include "telephony/media/noise.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/assert.h"

namespace tandem::media {
namespace {

constexpr uint8_t kMaxLevel = 127;

}  // namespace

std::optional<uint8_t> read_comfort_noise(std::span<const uint8_t> payload) {
  if (payload.empty() || payload[0] > kMaxLevel) return std::nullopt;
  return payload[0];
}

size_t write_comfort_noise(std::span<uint8_t> out, uint8_t level) {
  TANDEM_ASSERT(!out.empty());
  out[0] = std::min(level, kMaxLevel);
  return 1;
}

void NoiseGenerator::set_level(uint8_t level) {
  // Evenly spread noise of peak p has the effective value p / sqrt(3); the smoothing below keeps
  // about 0.71 of it.
  const double effective = 32768.0 * std::pow(10.0, -std::min(level, kMaxLevel) / 20.0);
  amplitude_ = static_cast<int32_t>(std::min(effective * 1.732 / 0.71, 16000.0));
}

void NoiseGenerator::fill(std::span<int16_t> out) {
  for (int16_t& sample : out) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    const auto random = static_cast<int32_t>(state_ >> 16) - 32768;
    const int32_t white = random * amplitude_ / 32768;
    sample = static_cast<int16_t>((white + last_) / 2);
    last_ = white;
  }
}

uint32_t mean_level(std::span<const int16_t> samples) {
  if (samples.empty()) return 0;
  uint64_t sum = 0;
  for (const int16_t sample : samples) sum += static_cast<uint64_t>(std::abs(int32_t{sample}));
  return static_cast<uint32_t>(sum / samples.size());
}

}  // namespace tandem::media
