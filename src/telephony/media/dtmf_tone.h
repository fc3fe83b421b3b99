#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

struct dtmf_rx_state_s;

namespace tandem::media {

/// Hears keys pressed as tones in the audio (ITU-T Q.24), for peers without telephone-event.
class DtmfDetector {
 public:
  DtmfDetector();
  ~DtmfDetector();
  DtmfDetector(DtmfDetector&&) noexcept;
  DtmfDetector& operator=(DtmfDetector&&) noexcept;

  /// Takes audio at 8 kHz; a digit when one has begun in it.
  std::optional<char> feed(std::span<const int16_t> samples);

 private:
  struct Free {
    void operator()(dtmf_rx_state_s* state) const;
  };
  std::unique_ptr<dtmf_rx_state_s, Free> state_;
};

}  // namespace tandem::media
