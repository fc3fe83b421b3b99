#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tandem::media {

/// One end of a call's media. Given out by the engine, never used twice.
using LegId = uint64_t;
/// Names the caller chooses for what it starts on a leg, so that it knows what ended.
using PlayId = uint64_t;
using RecordingId = uint64_t;
using StreamId = uint64_t;

enum class PlayEnd : uint8_t { Completed, Stopped, LegClosed, Failed };

/// Why a recording ended.
enum class RecordingEnd : uint8_t { Stopped, MaxLength, Silence, LegClosed, Failed };

struct RecordingResult {
  RecordingEnd end = RecordingEnd::Stopped;
  std::string path;
  std::chrono::milliseconds duration{0};
  uint64_t bytes = 0;
  uint16_t channels = 1;
  uint32_t rate = 8000;
  /// Frames that could not be kept because the disk did not follow.
  uint64_t dropped_frames = 0;
  /// When Failed.
  std::string error;
};

enum class Track : uint8_t { Inbound, Outbound, Both };

/// 20 ms of one track for a media stream; the payload is valid during the call only.
struct StreamFrame {
  StreamId stream = 0;
  /// Inbound or Outbound.
  Track track = Track::Inbound;
  /// Since the stream started.
  std::chrono::milliseconds timestamp{0};
  /// Encoded in the stream's codec.
  std::span<const uint8_t> payload;
};

/// Findings of answering machine detection, in the order in which they may come.
enum class AmdResult : uint8_t { Human, Machine, NotSure, Silence, Fax };
enum class AmdGreetingEnd : uint8_t { Beep, Ended, NotSure };

/// Quality of one leg since it was opened.
struct LegStats {
  uint64_t received_packets = 0;
  uint64_t received_bytes = 0;
  uint64_t lost_packets = 0;
  uint64_t late_packets = 0;
  uint64_t duplicate_packets = 0;
  /// From addresses that are not the peer's, or not authentic.
  uint64_t refused_packets = 0;
  double jitter_ms = 0.0;
  double max_jitter_ms = 0.0;
  /// Of what we hear, 1.0 to 4.5; 0 when nothing was heard.
  double mos = 0.0;
  uint64_t sent_packets = 0;
  uint64_t sent_bytes = 0;
  /// As the peer reports it.
  uint64_t sent_packets_lost = 0;
  /// 0 when the peer sends no reports.
  double round_trip_ms = 0.0;
};

/// Told what happens on legs. Called on a media thread or a helper of it: hand it on, and return.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The first packet of the peer has come.
  virtual void on_media_started(LegId) {}
  /// The peer has sent nothing for as long as the leg was told to wait. Once, until it sends again.
  virtual void on_media_timeout(LegId) {}
  virtual void on_digit(LegId, char /*digit*/, std::chrono::milliseconds /*duration*/) {}
  /// Everything handed to send_digits() is out.
  virtual void on_digits_sent(LegId) {}
  virtual void on_play_started(LegId, PlayId) {}
  virtual void on_play_ended(LegId, PlayId, PlayEnd) {}
  /// The file is complete on disk.
  virtual void on_recording_ended(LegId, RecordingId, const RecordingResult&) {}
  virtual void on_stream_frame(LegId, const StreamFrame&) {}
  /// The audio handed to stream_write() before this mark has been played or cleared.
  virtual void on_stream_mark(LegId, StreamId, std::string_view /*name*/) {}
  virtual void on_amd_result(LegId, AmdResult) {}
  virtual void on_amd_greeting_ended(LegId, AmdGreetingEnd) {}
  /// The last event of a leg but for its recordings, which may take longer; its ports are free.
  virtual void on_closed(LegId, const LegStats&) {}
};

}  // namespace tandem::media
