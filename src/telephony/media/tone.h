#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tandem::media {

/// A stretch of a call progress tone.
struct ToneSegment {
  /// In Hz; 0 for none. Both 0 is a pause.
  uint16_t first_hz = 0;
  uint16_t second_hz = 0;
  /// 0 goes on for ever.
  uint32_t millis = 0;
  /// The second frequency shapes the first one's loudness instead of being added.
  bool modulated = false;
};

/// A tone with its cadence.
struct Tone {
  std::vector<ToneSegment> segments;
  /// Starts over after the last segment.
  bool repeats = true;
  /// Of each frequency, below the 0 dBm0 of G.711.
  double level_dbm0 = -13.0;
};

/// What a caller hears while the other side rings or is busy, by country (`us`, `uk`, `de`, ...,
/// ITU-T E.180 supplement 2); nothing for a country that is not known.
std::optional<Tone> ringback_tone(std::string_view country);
std::optional<Tone> busy_tone(std::string_view country);
/// The beep before a recording: 1000 Hz.
Tone beep_tone(uint32_t millis = 500);
Tone silence_tone(uint32_t millis);
/// The two frequencies of a key, 0 to 15; `millis` 0 for ever.
Tone dtmf_tone(uint8_t code, uint32_t millis = 0);

/// Plays a tone, at any rate, without clicks inside a segment.
class TonePlayer {
 public:
  explicit TonePlayer(Tone tone);
  /// Samples written; fewer than asked for (the rest is untouched) when the tone has ended.
  size_t fill(std::span<int16_t> out, uint32_t rate);

 private:
  /// A sine by recurrence: two multiplications a sample.
  struct Oscillator {
    void start(double hz, uint32_t rate);
    double next();
    double factor = 0.0;
    double now = 0.0;
    double before = 0.0;
    bool on = false;
  };
  void enter(size_t segment, uint32_t rate);
  int16_t next(const ToneSegment& segment);

  Tone tone_;
  double amplitude_;
  size_t segment_ = 0;
  uint64_t left_ = 0;
  uint32_t rate_ = 0;
  Oscillator first_;
  Oscillator second_;
};

}  // namespace tandem::media
