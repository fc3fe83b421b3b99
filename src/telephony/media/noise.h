#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tandem::media {

/// Payload type of comfort noise at 8 kHz (RFC 3551).
inline constexpr uint8_t kComfortNoiseType = 13;

/// Level of a comfort noise payload in -dBov, 0 to 127 (RFC 3389 section 3.1). The spectrum that
/// may follow is not used.
std::optional<uint8_t> read_comfort_noise(std::span<const uint8_t> payload);
/// Writes the one-byte payload for a level; gives 1.
size_t write_comfort_noise(std::span<uint8_t> out, uint8_t level);

/// Soft noise that tells a listener the line is alive.
class NoiseGenerator {
 public:
  /// `level` in -dBov.
  void set_level(uint8_t level);
  void fill(std::span<int16_t> out);

 private:
  int32_t amplitude_ = 0;
  int32_t last_ = 0;
  uint32_t state_ = 0x9E3779B9;
};

/// Mean of the absolute samples: the measure of loudness that silence thresholds use.
uint32_t mean_level(std::span<const int16_t> samples);

}  // namespace tandem::media
