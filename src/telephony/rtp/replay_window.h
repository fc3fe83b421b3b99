#pragma once

#include <cstdint>

namespace tandem::rtp {

/// Which of the newest packets were seen (RFC 3711 section 3.3.2), by packet index. Each index is
/// taken once.
class ReplayWindow {
 public:
  static constexpr uint64_t kPackets = 128;

  /// Whether `index` is new and not too old.
  bool is_new(uint64_t index) const {
    if (!any_ || index > highest_) return true;
    const uint64_t age = highest_ - index;
    if (age >= kPackets) return false;
    return ((age < 64 ? recent_ >> age : older_ >> (age - 64)) & 1) == 0;
  }

  /// Marks an index for which is_new() holds.
  void mark(uint64_t index) {
    if (!any_ || index > highest_) {
      shift(any_ ? index - highest_ : kPackets);
      highest_ = index;
      any_ = true;
    }
    const uint64_t age = highest_ - index;
    (age < 64 ? recent_ : older_) |= uint64_t{1} << (age % 64);
  }

  bool any() const { return any_; }
  uint64_t highest() const { return highest_; }

 private:
  void shift(uint64_t by) {
    if (by >= 64) {
      older_ = by >= kPackets ? 0 : recent_ << (by - 64);
      recent_ = 0;
    } else {
      older_ = (older_ << by) | (recent_ >> (64 - by));
      recent_ <<= by;
    }
  }

  bool any_ = false;
  uint64_t highest_ = 0;
  /// Bit n of `recent_` stands for highest - n, of `older_` for highest - 64 - n.
  uint64_t recent_ = 0;
  uint64_t older_ = 0;
};

}  // namespace tandem::rtp
