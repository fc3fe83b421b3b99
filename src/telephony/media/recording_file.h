#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "telephony/media/events.h"
#include "telephony/media/recording_writer.h"

namespace tandem::media {

/// A recording on disk while it grows: PCM behind a WAV header that is completed at the end.
class RecordingFile {
 public:
  explicit RecordingFile(RecordingFileSpec spec);
  /// Deletes the part that was not finished.
  ~RecordingFile();
  RecordingFile(const RecordingFile&) = delete;
  RecordingFile& operator=(const RecordingFile&) = delete;

  /// Interleaved samples; after an error the rest is ignored.
  void append(std::span<const int16_t> samples);
  /// Trims, encodes and gives the file its name. Takes long. Nothing is synchronised to the disk:
  /// that is for the store that keeps the recording.
  RecordingResult finish(RecordingEnd end, uint64_t dropped_frames);

 private:
  void create();
  void drop_part();
  Result<void> complete(RecordingResult& result);
  Result<void> trim();
  Result<void> encode_mp3(RecordingResult& result);
  std::string part() const { return spec_.path + ".part"; }
  uint64_t frames() const;
  Result<void> failed(const char* what) const;

  RecordingFileSpec spec_;
  int fd_ = -1;
  uint64_t data_bytes_ = 0;
  std::string error_;
};

}  // namespace tandem::media
