#include "telephony/rtp/rtcp.h"

#include <algorithm>
#include <cstring>

#include "core/assert.h"
#include "telephony/rtp/bytes.h"

namespace tandem::rtp {
namespace {

constexpr size_t kPacketHeaderBytes = 4;
constexpr size_t kSenderInfoBytes = 20;
constexpr size_t kReportBytes = 24;
constexpr size_t kMaxPackets = 32;
constexpr size_t kMaxReports = 31;
constexpr uint8_t kCname = 1;
constexpr uint64_t kSecondsFrom1900To1970 = 2'208'988'800ULL;
/// A round trip above this is a clock gone wrong, not a network.
constexpr int64_t kMaxRoundTripMicros = 60'000'000;

ReportBlock read_report(const uint8_t* at) {
  ReportBlock report;
  report.ssrc = read32(at);
  report.fraction_lost = at[4];
  const uint32_t lost = read32(at + 4) & 0x00FFFFFF;
  report.total_lost = static_cast<int32_t>(lost << 8) >> 8;
  report.highest_sequence = read32(at + 8);
  report.jitter = read32(at + 12);
  report.last_report = read32(at + 16);
  report.delay_since_last_report = read32(at + 20);
  return report;
}

void write_report_block(uint8_t* at, const ReportBlock& report) {
  constexpr int32_t kMost = 0x7FFFFF;
  write32(at, report.ssrc);
  write32(at + 4, static_cast<uint32_t>(std::clamp(report.total_lost, -kMost, kMost)) & 0xFFFFFF);
  at[4] = report.fraction_lost;
  write32(at + 8, report.highest_sequence);
  write32(at + 12, report.jitter);
  write32(at + 16, report.last_report);
  write32(at + 20, report.delay_since_last_report);
}

/// `body` starts behind the packet header; `count` is the header's five bits.
bool parse_reports(std::span<const uint8_t> body, size_t count, bool sender,
                   RtcpListener& listener) {
  const size_t lead = 4 + (sender ? kSenderInfoBytes : 0);
  if (body.size() < lead + count * kReportBytes) return false;
  const uint32_t ssrc = read32(body.data());
  if (sender) {
    const uint8_t* at = body.data() + 4;
    listener.on_sender_info(ssrc, {.ntp_time = (uint64_t{read32(at)} << 32) | read32(at + 4),
                                   .rtp_time = read32(at + 8),
                                   .packets = read32(at + 12),
                                   .bytes = read32(at + 16)});
  }
  for (size_t i = 0; i < count; ++i) {
    listener.on_report(ssrc, read_report(body.data() + lead + i * kReportBytes));
  }
  return true;
}

/// One chunk of source description; gives the bytes behind it, nothing when it does not fit.
std::optional<std::span<const uint8_t>> parse_chunk(std::span<const uint8_t> rest,
                                                    RtcpListener& listener) {
  if (rest.size() < 4) return std::nullopt;
  const uint32_t ssrc = read32(rest.data());
  size_t at = 4;
  while (at < rest.size() && rest[at] != 0) {
    if (at + 2 > rest.size()) return std::nullopt;
    const size_t length = rest[at + 1];
    if (at + 2 + length > rest.size()) return std::nullopt;
    if (rest[at] == kCname) {
      listener.on_cname(ssrc, {reinterpret_cast<const char*>(rest.data() + at + 2), length});
    }
    at += 2 + length;
  }
  const size_t end = (at / 4 + 1) * 4;
  return rest.subspan(std::min(end, rest.size()));
}

bool parse_description(std::span<const uint8_t> rest, size_t count, RtcpListener& listener) {
  for (size_t i = 0; i < count; ++i) {
    const auto next = parse_chunk(rest, listener);
    if (!next) return false;
    rest = *next;
  }
  return true;
}

bool parse_bye(std::span<const uint8_t> body, size_t count, RtcpListener& listener) {
  if (body.size() < count * 4) return false;
  for (size_t i = 0; i < count; ++i) listener.on_bye(read32(body.data() + i * 4));
  return true;
}

bool parse_one(RtcpType type, size_t count, std::span<const uint8_t> body, RtcpListener& listener) {
  switch (type) {
    case RtcpType::SenderReport:
      return parse_reports(body, count, true, listener);
    case RtcpType::ReceiverReport:
      return parse_reports(body, count, false, listener);
    case RtcpType::SourceDescription:
      return parse_description(body, count, listener);
    case RtcpType::Bye:
      return parse_bye(body, count, listener);
    case RtcpType::TransportFeedback:
    case RtcpType::PayloadFeedback:
      if (body.size() < 8) return false;
      listener.on_feedback(type, static_cast<uint8_t>(count), read32(body.data() + 4));
      return true;
    case RtcpType::App:
    case RtcpType::ExtendedReport:
      return body.size() >= 4;
  }
  return true;
}

void write_packet_header(uint8_t* at, size_t count, RtcpType type, size_t bytes) {
  at[0] = static_cast<uint8_t>(0x80 | count);
  at[1] = static_cast<uint8_t>(type);
  write16(at + 2, static_cast<uint16_t>(bytes / 4 - 1));
}

size_t write_description(std::span<uint8_t> out, uint32_t ssrc, std::string_view cname) {
  const std::string_view name = cname.substr(0, 255);
  // Header, ssrc, item header, name, then at least one zero up to a multiple of four.
  const size_t bytes = kPacketHeaderBytes + (4 + 2 + name.size()) / 4 * 4 + 4;
  if (out.size() < bytes) return 0;
  std::memset(out.data(), 0, bytes);
  write_packet_header(out.data(), 1, RtcpType::SourceDescription, bytes);
  write32(out.data() + 4, ssrc);
  out[8] = kCname;
  out[9] = static_cast<uint8_t>(name.size());
  if (!name.empty()) std::memcpy(out.data() + 10, name.data(), name.size());
  return bytes;
}

}  // namespace

bool parse_rtcp(std::span<const uint8_t> datagram, RtcpListener& listener) {
  if (datagram.size() < kPacketHeaderBytes) return false;
  for (size_t packets = 0; !datagram.empty(); ++packets) {
    if (packets == kMaxPackets || datagram.size() < kPacketHeaderBytes) return false;
    if ((datagram[0] & 0xC0) != 0x80) return false;
    const size_t bytes = (size_t{read16(datagram.data() + 2)} + 1) * 4;
    if (bytes > datagram.size()) return false;
    std::span<const uint8_t> body =
        datagram.subspan(kPacketHeaderBytes, bytes - kPacketHeaderBytes);
    if (datagram[0] & 0x20) {
      const size_t padding = body.empty() ? 0 : body.back();
      if (padding == 0 || padding > body.size()) return false;
      body = body.first(body.size() - padding);
    }
    const auto type = static_cast<RtcpType>(datagram[1]);
    if (!parse_one(type, datagram[0] & 0x1F, body, listener)) return false;
    datagram = datagram.subspan(bytes);
  }
  return true;
}

size_t write_report(std::span<uint8_t> out, uint32_t ssrc, const SenderInfo* sender,
                    std::span<const ReportBlock> reports, std::string_view cname) {
  TANDEM_ASSERT(reports.size() <= kMaxReports);
  const size_t lead = kPacketHeaderBytes + 4 + (sender ? kSenderInfoBytes : 0);
  const size_t bytes = lead + reports.size() * kReportBytes;
  if (out.size() < bytes) return 0;
  const RtcpType type = sender ? RtcpType::SenderReport : RtcpType::ReceiverReport;
  write_packet_header(out.data(), reports.size(), type, bytes);
  write32(out.data() + 4, ssrc);
  if (sender) {
    write32(out.data() + 8, static_cast<uint32_t>(sender->ntp_time >> 32));
    write32(out.data() + 12, static_cast<uint32_t>(sender->ntp_time));
    write32(out.data() + 16, sender->rtp_time);
    write32(out.data() + 20, sender->packets);
    write32(out.data() + 24, sender->bytes);
  }
  for (size_t i = 0; i < reports.size(); ++i) {
    write_report_block(out.data() + lead + i * kReportBytes, reports[i]);
  }
  const size_t description = write_description(out.subspan(bytes), ssrc, cname);
  return description == 0 ? 0 : bytes + description;
}

size_t write_bye(std::span<uint8_t> out, uint32_t ssrc, std::string_view cname) {
  const size_t report = write_report(out, ssrc, nullptr, {}, cname);
  if (report == 0 || out.size() < report + 8) return 0;
  write_packet_header(out.data() + report, 1, RtcpType::Bye, 8);
  write32(out.data() + report + 4, ssrc);
  return report + 8;
}

uint64_t ntp_time(int64_t unix_micros) {
  const auto micros = static_cast<uint64_t>(unix_micros);
  const uint64_t seconds = micros / 1'000'000 + kSecondsFrom1900To1970;
  const uint64_t fraction = ((micros % 1'000'000) << 32) / 1'000'000;
  return (seconds << 32) | fraction;
}

std::optional<int64_t> round_trip_micros(const ReportBlock& report, uint64_t now) {
  if (report.last_report == 0) return std::nullopt;
  const uint32_t away = middle(now) - report.last_report - report.delay_since_last_report;
  const auto units = static_cast<int32_t>(away);
  if (units < 0) return std::nullopt;
  const int64_t micros = int64_t{units} * 1'000'000 / 65536;
  if (micros > kMaxRoundTripMicros) return std::nullopt;
  return micros;
}

}  // namespace tandem::rtp
