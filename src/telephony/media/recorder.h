#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "telephony/media/audio.h"
#include "telephony/media/events.h"
#include "telephony/media/recording_writer.h"

namespace tandem::media {

/// What to record, and when to stop by itself.
struct RecordingOptions {
  std::string path;
  AudioFormat format = AudioFormat::Wav;
  /// Inbound on the left, outbound on the right channel; only with Track::Both.
  bool dual = false;
  Track track = Track::Both;
  /// Zero: no limit.
  std::chrono::milliseconds max_length{0};
  /// Ends after so much silence that follows speech; zero: never.
  std::chrono::milliseconds silence_timeout{0};
  bool trim = false;
  /// A beep is played to the leg first and is not recorded.
  bool beep = false;
};

/// The media thread's end of a recording: fed 20 ms of both directions at a time.
class Recorder {
 public:
  /// Both frames given to write() have `rate`. `done` is called when the file is complete.
  Recorder(RecordingLane& lane, const RecordingOptions& options, uint32_t rate, RecordingDone done);
  /// Ends the recording as LegClosed if it was not ended.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void write(const Frame& inbound, const Frame& outbound);
  /// Leaves out the next frames (the beep).
  void wait(uint32_t frames) { waiting_ = frames; }
  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  void finish(RecordingEnd end);
  /// It has ended, by itself or by finish().
  bool ended() const { return ended_; }
  uint32_t rate() const { return rate_; }
  /// Goes on through another lane; the old one was flushed before.
  void move_to(RecordingLane& lane) { lane_ = &lane; }

 private:
  void store(const Frame& inbound, const Frame& outbound);
  void watch(uint32_t level);
  void flush();

  RecordingLane* lane_;
  uint64_t file_;
  uint32_t rate_;
  Track track_;
  bool dual_;
  uint64_t max_frames_;
  uint64_t silence_frames_;
  uint64_t frames_ = 0;
  uint64_t silent_ = 0;
  uint64_t dropped_ = 0;
  uint32_t waiting_ = 0;
  bool spoken_ = false;
  bool paused_ = false;
  bool ended_ = false;
  std::unique_ptr<RecordingChunk> chunk_;
};

}  // namespace tandem::media
