#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telephony/media/audio.h"

namespace tandem::media {

/// Changes the pitch of a stream without changing its speed: samples are read from a delay line
/// faster or slower than they are written, and where the reader would run out of them it jumps to
/// the place that continues the wave best, with a short crossfade. Adds some 40 ms of delay; no
/// allocation after it is made.
class PitchShifter {
 public:
  static constexpr double kLowest = 0.25;
  static constexpr double kHighest = 4.0;

  /// `factor` 2.0 is an octave up; beyond kLowest and kHighest these count.
  explicit PitchShifter(double factor);

  /// In place. A frame of another rate than the last begins anew.
  void process(Frame& frame);

 private:
  /// Two poles of a low-pass filter (direct form 2, transposed).
  struct Section {
    double b0 = 1.0, b1 = 0.0, b2 = 0.0, a1 = 0.0, a2 = 0.0;
    double z1 = 0.0, z2 = 0.0;
    void set(double cutoff, double quality, double rate);
    double filter(double in);
  };
  static constexpr size_t kBufferSamples = 2048;  // a power of two: 128 ms at 16 kHz

  void begin(uint32_t rate);
  void write(int16_t sample);
  double read(double at) const;
  double at(int64_t index) const { return buffer_[static_cast<size_t>(index) % kBufferSamples]; }
  void jump();
  double likeness(int64_t here, int64_t there) const;

  double factor_;
  uint32_t rate_ = 0;
  int64_t fade_samples_ = 0;
  int64_t shortest_jump_ = 0;
  int64_t longest_jump_ = 0;
  std::array<float, kBufferSamples> buffer_{};
  std::array<Section, 2> lowpass_;
  int64_t written_ = 0;
  double position_ = 0.0;
  double fading_from_ = 0.0;  // the place that is left, while fade_left_ lasts
  int64_t fade_left_ = 0;
};

}  // namespace tandem::media
