#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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
  size_t find_period() const;
  void make_cycle();
  int16_t next_sample();

  uint32_t rate_;
  /// The last 30 ms at rate_.
  std::vector<int16_t> history_;
  /// Made at the first loss: most streams have none.
  std::vector<int16_t> cycle_;
  size_t period_ = 0;
  size_t position_ = 0;
  size_t made_up_ = 0;
};

}  // namespace tandem::media
