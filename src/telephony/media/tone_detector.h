#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tandem::media {

/// A steady single tone, of the kind machines make.
enum class SteadyTone : uint8_t {
  /// 1100 Hz, a calling fax, or 2100 Hz, an answering one (ITU-T T.30).
  Fax,
  /// Anything else from 400 to 2000 Hz: the beep of an answering machine.
  Beep,
};

/// Hears steady tones with a bank of Goertzel filters (400 to 2000 Hz, and 2100 Hz). Speech is no
/// tone: its power is spread, and its pitch moves.
class ToneDetector {
 public:
  /// A beep is at least this long, a fax tone three times.
  static constexpr std::chrono::milliseconds kMinBeep{100};

  ToneDetector();
  /// 20 ms at 8 kHz. Tells once when a tone has lasted long enough, or for a beep, when it ends.
  std::optional<SteadyTone> feed(std::span<const int16_t> samples);

 private:
  static constexpr uint32_t kLowestHz = 400;
  static constexpr uint32_t kHighestHz = 2175;
  static constexpr uint32_t kStepHz = 25;
  static constexpr size_t kFilters = (kHighestHz - kLowestHz) / kStepHz + 1;

  /// The filter that holds nearly all of the power; nothing when none does.
  std::optional<size_t> loudest(std::span<const int16_t> samples) const;

  std::array<float, kFilters> factors_;
  size_t filter_ = 0;
  uint32_t frames_ = 0;
  uint32_t missed_ = 0;
};

}  // namespace tandem::media
