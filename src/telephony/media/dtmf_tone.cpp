#include "telephony/media/dtmf_tone.h"

#include <spandsp.h>

#include "core/assert.h"

namespace tandem::media {

void DtmfDetector::Free::operator()(dtmf_rx_state_s* state) const { dtmf_rx_free(state); }

DtmfDetector::DtmfDetector() : state_(dtmf_rx_init(nullptr, nullptr, nullptr)) {
  TANDEM_ASSERT(state_ != nullptr);
}

DtmfDetector::~DtmfDetector() = default;
DtmfDetector::DtmfDetector(DtmfDetector&&) noexcept = default;
DtmfDetector& DtmfDetector::operator=(DtmfDetector&&) noexcept = default;

std::optional<char> DtmfDetector::feed(std::span<const int16_t> samples) {
  dtmf_rx(state_.get(), samples.data(), static_cast<int>(samples.size()));
  char digit[2] = {};
  if (dtmf_rx_get(state_.get(), digit, 1) == 0) return std::nullopt;
  return digit[0];
}

}  // namespace tandem::media
