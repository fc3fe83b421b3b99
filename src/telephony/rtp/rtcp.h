#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tandem::rtp {

/// Control packet types that are looked into (RFC 3550, 4585, 3611).
enum class RtcpType : uint8_t {
  SenderReport = 200,
  ReceiverReport = 201,
  SourceDescription = 202,
  Bye = 203,
  App = 204,
  TransportFeedback = 205,
  PayloadFeedback = 206,
  ExtendedReport = 207,
};

/// What a sender says of its stream (RFC 3550 section 6.4.1).
struct SenderInfo {
  /// 32 bits of seconds since 1900, 32 bits of fraction.
  uint64_t ntp_time = 0;
  uint32_t rtp_time = 0;
  uint32_t packets = 0;
  uint32_t bytes = 0;
};

/// What a receiver says of a stream it hears.
struct ReportBlock {
  uint32_t ssrc = 0;
  /// Lost since the last report, as a 256th.
  uint8_t fraction_lost = 0;
  /// Lost since the start; negative when packets were doubled.
  int32_t total_lost = 0;
  uint32_t highest_sequence = 0;
  /// In units of the stream's clock.
  uint32_t jitter = 0;
  /// Middle 32 bits of the ntp_time of the last sender report heard, 0 when none.
  uint32_t last_report = 0;
  /// Since then, in 1/65536 seconds.
  uint32_t delay_since_last_report = 0;
};

/// Told what a compound packet holds. Everything has an empty default.
class RtcpListener {
 public:
  virtual ~RtcpListener() = default;
  virtual void on_sender_info(uint32_t /*ssrc*/, const SenderInfo& /*info*/) {}
  virtual void on_report(uint32_t /*reporter*/, const ReportBlock& /*report*/) {}
  virtual void on_cname(uint32_t /*ssrc*/, std::string_view /*cname*/) {}
  virtual void on_bye(uint32_t /*ssrc*/) {}
  /// `type` is TransportFeedback or PayloadFeedback, `format` its FMT.
  virtual void on_feedback(RtcpType /*type*/, uint8_t /*format*/, uint32_t /*media_ssrc*/) {}
};

/// Walks a compound packet (at most 32 packets in it). Unknown types and extended reports are
/// stepped over; false when a length or version is wrong: what came before it has been told.
bool parse_rtcp(std::span<const uint8_t> datagram, RtcpListener& listener);

/// Writes SR (with `sender`) or RR, then SDES with `cname` (at most 255 bytes are taken). Gives the
/// length, 0 when `out` is too small. At most 31 reports.
size_t write_report(std::span<uint8_t> out, uint32_t ssrc, const SenderInfo* sender,
                    std::span<const ReportBlock> reports, std::string_view cname);
/// Writes an empty RR, SDES and BYE.
size_t write_bye(std::span<uint8_t> out, uint32_t ssrc, std::string_view cname);

/// NTP time of a moment given as microseconds since 1970.
uint64_t ntp_time(int64_t unix_micros);
/// The part of an NTP time that reports carry.
inline uint32_t middle(uint64_t ntp) { return static_cast<uint32_t>(ntp >> 16); }
/// Round trip in microseconds from a report about us that arrived at `now` (RFC 3550 section
/// 6.4.1); nothing when it refers to no report or makes no sense.
std::optional<int64_t> round_trip_micros(const ReportBlock& report, uint64_t now);

}  // namespace tandem::rtp
