#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem::media {

/// Audio inside the engine is mono, 16 bits linear, at 8 or 16 kHz, in frames of 20 ms.
inline constexpr std::chrono::milliseconds kFrameTime{20};
inline constexpr uint32_t kFramesPerSecond = 50;
inline constexpr uint32_t kNarrowRateHz = 8000;
inline constexpr uint32_t kWideRateHz = 16000;
inline constexpr size_t kMaxFrameSamples = kWideRateHz / kFramesPerSecond;

inline constexpr size_t frame_samples(uint32_t rate) { return rate / kFramesPerSecond; }

/// 20 ms of audio. `Frame frame;` leaves the samples as they are, `Frame{}` is silence.
struct Frame {
  uint32_t rate = kNarrowRateHz;
  std::array<int16_t, kMaxFrameSamples> samples;

  size_t size() const { return frame_samples(rate); }
  std::span<int16_t> span() { return std::span(samples).first(size()); }
  std::span<const int16_t> span() const { return std::span(samples).first(size()); }
  void silence(uint32_t at_rate) {
    rate = at_rate;
    samples.fill(0);
  }
};

inline int16_t saturate(int32_t value) {
  return static_cast<int16_t>(std::clamp<int32_t>(value, INT16_MIN, INT16_MAX));
}

/// Adds `other`, which has the same rate.
inline void mix_into(std::span<int16_t> sum, std::span<const int16_t> other) {
  const size_t count = std::min(sum.size(), other.size());
  for (size_t i = 0; i < count; ++i) sum[i] = saturate(int32_t{sum[i]} + other[i]);
}

}  // namespace tandem::media
