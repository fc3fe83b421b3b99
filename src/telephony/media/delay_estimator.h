#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tandem::media {

/// Says how long packets should wait before they are played, from how unevenly they came: the
/// spread between the fastest and all but the slowest 3 % of the last 128.
class DelayEstimator {
 public:
  static constexpr std::chrono::milliseconds kMinDelay{20};
  static constexpr std::chrono::milliseconds kMaxDelay{200};
  static constexpr std::chrono::milliseconds kFirstDelay{40};

  explicit DelayEstimator(uint32_t clock_rate) : clock_rate_(clock_rate) {}

  void on_packet(uint32_t timestamp, int64_t arrival_micros);
  std::chrono::milliseconds target() const { return target_; }

 private:
  static constexpr size_t kPackets = 128;
  void settle();

  uint32_t clock_rate_;
  bool any_ = false;
  uint32_t last_timestamp_ = 0;
  int64_t last_arrival_ = 0;
  /// Time on the way of the last packet, against the first one's, in microseconds.
  int64_t transit_ = 0;
  /// The same of the last ones, in units of kUnitMicros. They wrap: only differences count, and
  /// those of 128 packets fit.
  std::array<uint16_t, kPackets> transits_{};
  size_t count_ = 0;
  size_t next_ = 0;
  std::chrono::milliseconds target_ = kFirstDelay;
};

}  // namespace tandem::media
