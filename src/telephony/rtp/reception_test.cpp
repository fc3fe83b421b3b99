#include "telephony/rtp/reception.h"

#include <doctest/doctest.h>

namespace tandem::rtp {
namespace {

using Verdict = Reception::Verdict;

/// Feeds packet `n` of a 20 ms stream that started at sequence `base`.
Verdict feed(Reception& stream, uint16_t base, int n, int64_t late_micros = 0) {
  return stream.on_packet(static_cast<uint16_t>(base + n), static_cast<uint32_t>(n) * 160,
                          int64_t{n} * 20'000 + late_micros, 160);
}

TEST_CASE("reception: a whole stream over the wrap loses nothing") {
  Reception stream;
  CHECK(feed(stream, 65500, 0) == Verdict::Start);
  for (int n = 1; n < 100; ++n) CHECK(feed(stream, 65500, n) == Verdict::Next);
  CHECK(stream.packets() == 100);
  CHECK(stream.bytes() == 16000);
  CHECK(stream.lost() == 0);
  CHECK(stream.jitter_millis() == doctest::Approx(0.0));
  CHECK(stream.report(1, 0).highest_sequence == 65536 + 65500 + 99 - 65536);
}

TEST_CASE("reception: loss is counted, late and double packets are not lost") {
  Reception stream;
  for (int n : {0, 1, 2, 5, 6}) feed(stream, 10, n);
  CHECK(stream.lost() == 2);
  CHECK(feed(stream, 10, 4) == Verdict::Late);
  CHECK(feed(stream, 10, 6) == Verdict::Duplicate);
  CHECK(stream.lost() == 1);
  CHECK(stream.late() == 1);
  CHECK(stream.duplicates() == 1);
}

TEST_CASE("reception: the fraction lost covers one interval") {
  Reception stream;
  for (int n = 0; n < 10; ++n) feed(stream, 0, n);
  CHECK(stream.report(1, 0).fraction_lost == 0);
  for (int n : {10, 12, 14, 16, 18, 19}) feed(stream, 0, n);
  const ReportBlock block = stream.report(1, 0);
  CHECK(block.fraction_lost == 4 * 256 / 10);
  CHECK(block.total_lost == 4);
  CHECK(stream.report(1, 0).fraction_lost == 0);
}

TEST_CASE("reception: a stray packet is dropped, a new stream takes over with its second packet") {
  Reception stream;
  for (int n = 0; n < 10; ++n) feed(stream, 100, n);
  CHECK(stream.on_packet(40000, 0, 0, 160) == Verdict::Stray);
  CHECK(feed(stream, 100, 10) == Verdict::Next);
  CHECK(stream.on_packet(50000, 0, 0, 160) == Verdict::Stray);
  CHECK(stream.on_packet(50001, 160, 20'000, 160) == Verdict::Start);
  CHECK(stream.on_packet(50002, 320, 40'000, 160) == Verdict::Next);
  CHECK(stream.lost() == 0);
}

TEST_CASE("reception: jitter is the running mean of RFC 3550 A.8") {
  Reception stream;
  // Every second packet comes 10 ms late, so each interval is off by 80 units.
  for (int n = 0; n < 400; ++n) feed(stream, 0, n, n % 2 ? 10'000 : 0);
  CHECK(stream.jitter_millis() == doctest::Approx(10.0).epsilon(0.05));
  CHECK(stream.max_jitter_millis() >= stream.jitter_millis());
}

TEST_CASE("reception: reports refer to the last sender report") {
  Reception stream;
  feed(stream, 0, 0);
  CHECK(stream.report(1, 5).last_report == 0);
  stream.on_sender_info({.ntp_time = 0x0000AAAABBBB0000}, 1'000'000);
  const ReportBlock block = stream.report(7, 1'500'000);
  CHECK(block.ssrc == 7);
  CHECK(block.last_report == 0xAAAABBBB);
  CHECK(block.delay_since_last_report == 32768);
}

}  // namespace
}  // namespace tandem::rtp
