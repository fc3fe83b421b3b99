#include "telephony/media/delay_estimator.h"

#include <algorithm>
#include <cstdlib>

#include "telephony/rtp/packet.h"

namespace tandem::media {
namespace {

constexpr size_t kSettleEvery = 16;
/// The slowest packets that may come too late, out of 128.
constexpr size_t kOutliers = 4;
/// One packet is always being waited for.
constexpr std::chrono::milliseconds kPacketTime{20};
/// A larger step is a new start of the sender, not a delay.
constexpr int64_t kMaxStepMicros = 1'000'000;
/// How exactly a time on the way is remembered; 16 bits of it span 16 s.
constexpr int64_t kUnitMicros = 250;

uint16_t in_units(int64_t micros) { return static_cast<uint16_t>(micros / kUnitMicros); }

}  // namespace

void DelayEstimator::on_packet(uint32_t timestamp, int64_t arrival_micros) {
  if (any_) {
    const int64_t played =
        int64_t{rtp::timestamp_distance(last_timestamp_, timestamp)} * 1'000'000 / clock_rate_;
    const int64_t step = arrival_micros - last_arrival_ - played;
    if (std::abs(step) < kMaxStepMicros) transit_ += step;
  }
  any_ = true;
  last_timestamp_ = timestamp;
  last_arrival_ = arrival_micros;
  transits_[next_] = in_units(transit_);
  next_ = (next_ + 1) % kPackets;
  count_ = std::min(count_ + 1, kPackets);
  if (next_ % kSettleEvery == 0) settle();
}

void DelayEstimator::settle() {
  // Against the last one, so that a wrap between them does not matter.
  std::array<int16_t, kPackets> sorted;
  std::transform(transits_.begin(), transits_.end(), sorted.begin(),
                 [last = in_units(transit_)](uint16_t each) {
                   return static_cast<int16_t>(static_cast<uint16_t>(each - last));
                 });
  const auto end = sorted.begin() + static_cast<ptrdiff_t>(count_);
  const size_t slow = count_ - 1 - std::min(kOutliers * count_ / kPackets, count_ - 1);
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<ptrdiff_t>(slow), end);
  const int64_t spread =
      (int64_t{sorted[slow]} - *std::min_element(sorted.begin(), end)) * kUnitMicros;
  const std::chrono::milliseconds wanted(spread / 1000);
  target_ = std::clamp(wanted + kPacketTime, kMinDelay, kMaxDelay);
}

}  // namespace tandem::media
