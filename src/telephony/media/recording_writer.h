#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/function.h"
#include "telephony/media/audio.h"
#include "telephony/media/background.h"
#include "telephony/media/events.h"

namespace tandem::media {

enum class AudioFormat : uint8_t { Wav, Mp3 };

/// What a recording file shall be.
struct RecordingFileSpec {
  /// The finished file; while it grows it is called `<path>.part`.
  std::string path;
  AudioFormat format = AudioFormat::Wav;
  uint16_t channels = 1;
  uint32_t rate = 8000;
  /// Cut silence off both ends.
  bool trim = false;
};

/// Samples on their way to a file, interleaved: 120 ms of two channels at 8 kHz. Each recording
/// holds one while it fills, so its size with all that belongs to it stays within one of the
/// allocator's.
struct RecordingChunk {
  static constexpr size_t kMaxSamples = 6 * 2 * frame_samples(kNarrowRateHz);
  size_t count = 0;
  std::array<int16_t, kMaxSamples> samples;
};
static_assert(sizeof(RecordingChunk) <= 4096);

class RecordingFile;
using RecordingDone = UniqueFunction<void(RecordingResult)>;

/// One step of a file, from the thread that records to the one that writes.
struct RecordingStep {
  uint64_t file = 0;
  /// The first step: the file and whom to tell when it is complete.
  std::unique_ptr<RecordingFileSpec> open;
  RecordingDone done;
  std::unique_ptr<RecordingChunk> chunk;
  /// The last step.
  bool finish = false;
  RecordingEnd end = RecordingEnd::Stopped;
  uint64_t dropped_frames = 0;
};

/// Writes recordings on a thread of its own. Finishing a file (trimming, MP3) happens on yet
/// another one.
class RecordingWriter {
 public:
  /// In use by all recordings together: 32 MB of audio that a slow disk has not taken yet.
  static constexpr size_t kMaxChunks = 8192;
  /// Written and kept for what comes next; more go back to the allocator.
  static constexpr size_t kMaxFreeChunks = 256;

  RecordingWriter();
  /// Finishes every file that was told to; deletes the parts of others.
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

 private:
  friend class RecordingLane;
  struct Open;
  using Chunks = std::vector<std::unique_ptr<RecordingChunk>>;

  /// Takes all `steps` and gives free chunks in return; does nothing when the writer is at its
  /// lists this very moment, unless told to wait.
  void exchange(std::vector<RecordingStep>& steps, Chunks& free, bool wait);
  /// A free chunk, or a new one; null when kMaxChunks are in use.
  std::unique_ptr<RecordingChunk> take();
  /// Keeps what was written for later, as far as it is needed.
  void give_back();
  uint64_t next_file() { return next_file_.fetch_add(1); }

  void run();
  void handle(RecordingStep& step);
  void finish_later(std::unique_ptr<Open> open, RecordingEnd end, uint64_t dropped_frames);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<RecordingStep> waiting_;
  Chunks free_;
  bool ending_ = false;
  std::atomic<size_t> chunks_{0};
  std::atomic<uint64_t> next_file_{1};
  std::unordered_map<uint64_t, std::unique_ptr<Open>> files_;
  Chunks used_;
  Chunks surplus_;
  Background finishing_;
  std::thread thread_;
};

/// A recording thread's end of the writer: what is handed over is collected here without a lock,
/// and flush() passes it on when that costs no waiting. So a media thread never waits for a disk,
/// nor for a writer that was interrupted while it held a lock. Used by one thread.
class RecordingLane {
 public:
  explicit RecordingLane(RecordingWriter& writer) : writer_(writer) {}
  ~RecordingLane() { flush_now(); }
  RecordingLane(const RecordingLane&) = delete;
  RecordingLane& operator=(const RecordingLane&) = delete;

  /// Creates the file and its folder, later. `done` is called once, on a helper thread.
  uint64_t open(RecordingFileSpec spec, RecordingDone done);
  /// Null when kMaxChunks are in use: the audio is lost.
  std::unique_ptr<RecordingChunk> take_chunk();
  void append(uint64_t file, std::unique_ptr<RecordingChunk> chunk);
  void finish(uint64_t file, RecordingEnd end, uint64_t dropped_frames);

  /// To be called every few milliseconds.
  void flush();
  /// Waits for the writer's lists if it must.
  void flush_now();

 private:
  RecordingWriter& writer_;
  std::vector<RecordingStep> steps_;
  std::vector<std::unique_ptr<RecordingChunk>> free_;
};

}  // namespace tandem::media
