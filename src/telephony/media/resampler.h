#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "telephony/media/audio.h"

struct SpeexResamplerState_;

namespace tandem::media {

/// Changes the sampling rate of one mono stream. No allocation after it is made.
class Resampler {
 public:
  /// Rates from 1 to 768000 Hz.
  Resampler(uint32_t from_rate, uint32_t to_rate);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  /// Continues the stream; samples written. `out` should hold in * to / from + 1.
  size_t process(std::span<const int16_t> in, std::span<int16_t> out);

 private:
  struct Free {
    void operator()(SpeexResamplerState_* state) const;
  };
  std::unique_ptr<SpeexResamplerState_, Free> state_;
};

/// A whole recording at another rate, without the filter's delay.
std::vector<int16_t> resample(std::span<const int16_t> samples, uint32_t from_rate,
                              uint32_t to_rate);

/// Gives the frames of one stream at 8 and at 16 kHz; what that takes is made when first needed,
/// because most legs never do.
class FrameConverter {
 public:
  /// `frame` itself when it has the rate already, else the converted one, valid until the next
  /// call.
  const Frame& at(uint32_t rate, const Frame& frame);

 private:
  struct Conversion {
    uint32_t from;
    Resampler resampler;
    Frame converted;
  };
  std::unique_ptr<Conversion> conversion_;
};

}  // namespace tandem::media
