#include "telephony/rtp/rtcp.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace tandem::rtp {
namespace {

struct Heard final : RtcpListener {
  void on_sender_info(uint32_t ssrc, const SenderInfo& info) override {
    sender = ssrc;
    sent = info;
  }
  void on_report(uint32_t, const ReportBlock& report) override { reports.push_back(report); }
  void on_cname(uint32_t, std::string_view name) override { cname = name; }
  void on_bye(uint32_t ssrc) override { byes.push_back(ssrc); }
  void on_feedback(RtcpType type, uint8_t format, uint32_t media) override {
    feedback.push_back(std::to_string(static_cast<int>(type)) + "/" + std::to_string(format) + "/" +
                       std::to_string(media));
  }
  uint32_t sender = 0;
  SenderInfo sent;
  std::vector<ReportBlock> reports;
  std::string cname;
  std::vector<uint32_t> byes;
  std::vector<std::string> feedback;
};

TEST_CASE("rtcp: a sender report comes back as it was written") {
  const SenderInfo info{
      .ntp_time = 0x0102030405060708, .rtp_time = 160, .packets = 50, .bytes = 8000};
  const ReportBlock block{.ssrc = 77,
                          .fraction_lost = 64,
                          .total_lost = -3,
                          .highest_sequence = 0x10002,
                          .jitter = 12,
                          .last_report = 5,
                          .delay_since_last_report = 6};
  uint8_t out[256];
  for (const std::string name : {"", "a", "ab", "abc", "abcd", "tandem@host"}) {
    CAPTURE(name);
    const size_t bytes = write_report(out, 42, &info, {&block, 1}, name);
    REQUIRE(bytes > 0);
    CHECK(bytes % 4 == 0);
    Heard heard;
    REQUIRE(parse_rtcp({out, bytes}, heard));
    CHECK(heard.sender == 42);
    CHECK(heard.sent.ntp_time == info.ntp_time);
    CHECK(heard.sent.bytes == 8000);
    REQUIRE(heard.reports.size() == 1);
    CHECK(heard.reports[0].fraction_lost == 64);
    CHECK(heard.reports[0].total_lost == -3);
    CHECK(heard.reports[0].highest_sequence == 0x10002);
    CHECK(heard.reports[0].delay_since_last_report == 6);
    CHECK(heard.cname == name);
  }
}

TEST_CASE("rtcp: nothing is written to a place that is too small") {
  uint8_t out[256];
  const size_t whole = write_bye(out, 1, "cname");
  REQUIRE(whole > 0);
  for (size_t room = 0; room < whole; ++room) CHECK(write_bye({out, room}, 1, "cname") == 0);
}

TEST_CASE("rtcp: bye, feedback and extended reports in one compound packet") {
  uint8_t out[256];
  size_t bytes = write_bye(out, 9, "x");
  const uint8_t more[] = {
      0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 5,  // picture loss for 5
      0x80, 207, 0, 2, 0, 0, 0, 9, 7, 0, 0, 0,  // extended report
      0x80, 199, 0, 0,                          // an unknown type
      0xA0, 201, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4,  // padded receiver report
  };
  std::copy(std::begin(more), std::end(more), out + bytes);
  bytes += sizeof more;
  Heard heard;
  CHECK(parse_rtcp({out, bytes}, heard));
  CHECK(heard.byes == std::vector<uint32_t>{9});
  CHECK(heard.feedback == std::vector<std::string>{"206/1/5"});
}

TEST_CASE("rtcp: lengths that lie are refused") {
  const std::vector<std::vector<uint8_t>> rows = {
      {},
      {0x80, 200, 0},
      {0x40, 201, 0, 1, 0, 0, 0, 1},
      {0x80, 201, 0, 9, 0, 0, 0, 1},
      {0x81, 201, 0, 1, 0, 0, 0, 1},
      {0x80, 200, 0, 1, 0, 0, 0, 1},
      {0x82, 203, 0, 1, 0, 0, 0, 1},
      {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'a', 'b'},
      {0x81, 202, 0, 0},
      {0xA0, 201, 0, 1, 0, 0, 0, 0},
      {0xA0, 201, 0, 1, 0, 0, 0, 5},
      {0x81, 205, 0, 1, 0, 0, 0, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.size());
    Heard heard;
    CHECK_FALSE(parse_rtcp(row, heard));
  }
}

TEST_CASE("rtcp: round trip from a report about us") {
  const uint64_t sent = ntp_time(1'000'000'000'000);
  const uint64_t now = ntp_time(1'000'000'150'000);
  ReportBlock report;
  CHECK_FALSE(round_trip_micros(report, now));
  report.last_report = middle(sent);
  report.delay_since_last_report = 65536 / 10;
  const auto trip = round_trip_micros(report, now);
  REQUIRE(trip);
  CHECK(*trip == doctest::Approx(50'000).epsilon(0.01));
  report.delay_since_last_report = 65536;
  CHECK_FALSE(round_trip_micros(report, now));
}

}  // namespace
}  // namespace tandem::rtp
