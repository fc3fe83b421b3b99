#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telephony/media/audio.h"

namespace tandem::media {

/// Hides lost frames of codecs that cannot do it themselves: repeats the last pitch period, fading
/// to silence within 60 ms, and blends back into the stream (the method of G.711 appendix I).
class Concealer {
 public:
  explicit Concealer(uint32_t rate);

  /// A frame that came; its start is changed when it follows a concealed one. At most
  /// kMaxPayloadSamples.
  void good(std::span<int16_t> frame);
  /// Makes up a frame.
  void conceal(std::span<int16_t> out);

 private:
  static constexpr size_t kHistory = kWideRateHz * 30 / 1000;
  static constexpr size_t kMaxPeriod = kWideRateHz * 15 / 1000;

  size_t find_period() const;
  void make_cycle();
  int16_t next_sample();

  uint32_t rate_;
  /// In use: the last 30 ms at rate_.
  size_t length_;
  std::array<int16_t, kHistory> history_{};
  std::array<int16_t, kMaxPeriod> cycle_{};
  size_t period_ = 0;
  size_t position_ = 0;
  size_t made_up_ = 0;
};

}  // namespace tandem::media
