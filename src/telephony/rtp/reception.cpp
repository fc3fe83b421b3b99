#include "telephony/rtp/reception.h"

#include <algorithm>
#include <cstdlib>

#include "telephony/rtp/packet.h"

namespace tandem::rtp {
namespace {

/// The values RFC 3550 appendix A.1 proposes.
constexpr int kMaxDropout = 3000;
constexpr int kMaxMisorder = 100;
constexpr uint32_t kNoSequence = 0x10000;

}  // namespace

void Reception::start(uint16_t sequence) {
  if (started_) lost_before_start_ = lost();
  started_ = true;
  newest_ = sequence;
  base_ = sequence;
  cycles_ = 0;
  bad_sequence_ = kNoSequence;
  received_since_start_ = 0;
  expected_at_report_ = 0;
  received_at_report_ = 0;
  timed_ = false;
}

Reception::Verdict Reception::on_packet(uint16_t sequence, uint32_t timestamp,
                                        int64_t arrival_micros, size_t payload_bytes, bool timed) {
  Verdict verdict = Verdict::Next;
  if (!started_) {
    start(sequence);
    verdict = Verdict::Start;
  } else {
    const int distance = sequence_distance(newest_, sequence);
    if (distance == 0) {
      ++duplicates_;
      return Verdict::Duplicate;
    }
    if (distance > 0 && distance < kMaxDropout) {
      if (sequence < newest_) cycles_ += 0x10000;
      newest_ = sequence;
    } else if (distance < 0 && distance > -kMaxMisorder) {
      ++late_;
      verdict = Verdict::Late;
    } else if (sequence == bad_sequence_) {
      start(sequence);
      verdict = Verdict::Start;
    } else {
      bad_sequence_ = static_cast<uint16_t>(sequence + 1);
      return Verdict::Stray;
    }
  }
  ++packets_;
  ++received_since_start_;
  bytes_ += payload_bytes;
  if (timed && verdict != Verdict::Late) measure(timestamp, arrival_micros);
  return verdict;
}

void Reception::measure(uint32_t timestamp, int64_t arrival_micros) {
  const auto arrival = static_cast<uint32_t>(arrival_micros * clock_rate_ / 1'000'000);
  const auto transit = static_cast<int32_t>(arrival - timestamp);
  const int64_t moved = std::abs(int64_t{transit} - transit_);
  transit_ = transit;
  if (!timed_) {
    timed_ = true;
    return;
  }
  // A jump of the sender's clock (a new source behind the same SSRC) is not jitter.
  if (moved > int64_t{clock_rate_}) return;
  jitter_x16_ += static_cast<uint32_t>(moved) - ((jitter_x16_ + 8) >> 4);
  max_jitter_x16_ = std::max(max_jitter_x16_, jitter_x16_);
}

void Reception::on_sender_info(const SenderInfo& info, int64_t arrival_micros) {
  last_report_ = middle(info.ntp_time);
  last_report_micros_ = arrival_micros;
}

int64_t Reception::expected() const {
  return started_ ? int64_t{cycles_} + newest_ - base_ + 1 : 0;
}

uint64_t Reception::lost() const {
  const int64_t lost = expected() - static_cast<int64_t>(received_since_start_);
  return lost_before_start_ + static_cast<uint64_t>(std::max<int64_t>(lost, 0));
}

ReportBlock Reception::report(uint32_t ssrc, int64_t now_micros) {
  ReportBlock block;
  block.ssrc = ssrc;
  block.highest_sequence = cycles_ + newest_;
  block.jitter = jitter_x16_ >> 4;
  block.total_lost = static_cast<int32_t>(std::min<uint64_t>(lost(), 0x7FFFFF));
  const int64_t due = expected() - expected_at_report_;
  const auto came = static_cast<int64_t>(received_since_start_ - received_at_report_);
  if (due > 0 && due > came) {
    block.fraction_lost = static_cast<uint8_t>(std::min<int64_t>((due - came) * 256 / due, 255));
  }
  expected_at_report_ = expected();
  received_at_report_ = received_since_start_;
  if (last_report_ != 0) {
    block.last_report = last_report_;
    const int64_t waited = std::max<int64_t>(now_micros - last_report_micros_, 0);
    block.delay_since_last_report = static_cast<uint32_t>(waited * 65536 / 1'000'000);
  }
  return block;
}

double Reception::jitter_millis() const { return jitter_x16_ / 16.0 * 1000.0 / clock_rate_; }

double Reception::max_jitter_millis() const {
  return max_jitter_x16_ / 16.0 * 1000.0 / clock_rate_;
}

}  // namespace tandem::rtp
