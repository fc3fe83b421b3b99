#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "telephony/media/audio.h"
#include "telephony/media/resampler.h"

namespace tandem::media {

/// Audio that a media stream sends into a leg, waiting to be played; with marks between.
class StreamQueue {
 public:
  static constexpr std::chrono::seconds kMaxTime{120};
  static constexpr size_t kMaxMarks = 256;
  using OnMark = UniqueFunction<void(std::string_view name)>;

  /// `on_mark` is called when a mark is reached or cleared.
  explicit StreamQueue(OnMark on_mark) : on_mark_(std::move(on_mark)) {}

  /// Appends samples at 8 or 16 kHz. What exceeds kMaxTime is left out, and false is given.
  bool write(std::span<const int16_t> samples, uint32_t rate);
  /// Reached when all that was written before has been played; at once when nothing waits.
  void mark(std::string name);
  /// Drops what waits; its marks are told.
  void clear();

  bool active() const { return !samples_.empty(); }
  /// 20 ms at the rate of `out`, padded with silence; false when nothing waits.
  bool fill(Frame& out);

 private:
  struct Mark {
    /// In samples written since the start.
    uint64_t at;
    std::string name;
  };
  void reach_marks();

  OnMark on_mark_;
  uint32_t rate_ = kNarrowRateHz;
  std::vector<int16_t> samples_;
  /// In samples_: what was played and not yet removed.
  size_t played_ = 0;
  uint64_t removed_ = 0;
  std::vector<Mark> marks_;
  FrameConverter converter_;
};

}  // namespace tandem::media
