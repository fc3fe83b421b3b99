#pragma once

#include <cstddef>
#include <cstdint>

#include "telephony/rtp/rtcp.h"

namespace tandem::rtp {

/// What arrived of one stream and what did not: the receiver's side of RFC 3550 (appendix A.1 for
/// sequence numbers, A.3 for loss, A.8 for jitter). One an incoming SSRC.
class Reception {
 public:
  /// How a packet continues the stream.
  enum class Verdict : uint8_t {
    /// The next one, or one after a gap.
    Next,
    /// Came after one that was sent later.
    Late,
    /// The same sequence number as the newest.
    Duplicate,
    /// Too far away to belong to the stream; a second one in a row restarts it.
    Stray,
    /// The stream starts (again) with this one.
    Start,
  };

  /// `clock_rate` of the payload's timestamps in Hz, at least 1.
  explicit Reception(uint32_t clock_rate = 8000) : clock_rate_(clock_rate) {}

  /// `arrival_micros` on a monotonic clock. `timed` false leaves the jitter alone: telephone
  /// events repeat their timestamp.
  Verdict on_packet(uint16_t sequence, uint32_t timestamp, int64_t arrival_micros,
                    size_t payload_bytes, bool timed = true);
  /// A sender report about this stream was heard.
  void on_sender_info(const SenderInfo& info, int64_t arrival_micros);

  /// The block for our next report; closes the interval for which fraction_lost is counted.
  ReportBlock report(uint32_t ssrc, int64_t now_micros);

  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t late() const { return late_; }
  uint64_t duplicates() const { return duplicates_; }
  /// Never came; a late packet is not lost.
  uint64_t lost() const;
  double jitter_millis() const;
  double max_jitter_millis() const;

 private:
  void start(uint16_t sequence);
  void measure(uint32_t timestamp, int64_t arrival_micros);
  int64_t expected() const;

  // What each packet touches comes first.
  uint32_t clock_rate_;
  bool started_ = false;
  bool timed_ = false;
  uint16_t newest_ = 0;
  uint32_t cycles_ = 0;
  int32_t transit_ = 0;
  /// RFC 3550's running mean, times 16 so that the division loses nothing.
  uint32_t jitter_x16_ = 0;
  uint32_t max_jitter_x16_ = 0;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  /// Counted since the last (re)start, in which expected() is known.
  uint64_t received_since_start_ = 0;

  uint32_t base_ = 0;
  uint32_t bad_sequence_ = 0;
  uint64_t late_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t lost_before_start_ = 0;
  int64_t expected_at_report_ = 0;
  uint64_t received_at_report_ = 0;
  uint32_t last_report_ = 0;
  int64_t last_report_micros_ = 0;
};

}  // namespace tandem::rtp
