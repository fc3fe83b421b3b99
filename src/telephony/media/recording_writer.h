#pragma once

#include <array>
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

/// Samples on their way to a file, interleaved.
struct RecordingChunk {
  static constexpr size_t kMaxSamples = 2048;
  size_t count = 0;
  std::array<int16_t, kMaxSamples> samples;
};

/// Writes recordings on a thread of its own: a media thread hands over chunks and never waits for
/// a disk. Finishing a file (trimming, MP3) happens on yet another thread.
class RecordingWriter {
 public:
  using File = uint64_t;
  using Done = UniqueFunction<void(RecordingResult)>;
  /// In use by all recordings together: 32 MB of audio that a slow disk has not taken yet.
  static constexpr size_t kMaxChunks = 8192;

  RecordingWriter();
  /// Finishes every file that was told to; deletes the parts of others.
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  /// Creates the file and its folder, later. `done` is called once, on a helper thread.
  File open(RecordingFileSpec spec, Done done);
  /// Null when kMaxChunks are in use: the audio is lost.
  std::unique_ptr<RecordingChunk> take_chunk();
  void append(File file, std::unique_ptr<RecordingChunk> chunk);
  void finish(File file, RecordingEnd end, uint64_t dropped_frames);

 private:
  struct Open;
  struct Message {
    File file;
    std::unique_ptr<Open> open;
    std::unique_ptr<RecordingChunk> chunk;
    bool finish = false;
    RecordingEnd end = RecordingEnd::Stopped;
    uint64_t dropped_frames = 0;
  };
  void send(Message message);
  void run();
  void handle(Message& message);
  void finish_later(std::unique_ptr<Open> open, RecordingEnd end, uint64_t dropped_frames);
  void write(Open& open, std::unique_ptr<RecordingChunk> chunk);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Message> waiting_;
  std::vector<std::unique_ptr<RecordingChunk>> free_;
  size_t chunks_ = 0;
  File next_file_ = 1;
  bool ending_ = false;
  std::unordered_map<File, std::unique_ptr<Open>> files_;
  Background finishing_;
  std::thread thread_;
};

}  // namespace tandem::media
