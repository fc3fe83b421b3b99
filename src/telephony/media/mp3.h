#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"
#include "telephony/media/wav.h"

struct lame_global_struct;

namespace tandem::media {

/// Decodes a whole MPEG audio file to one channel (ID3 tags are stepped over).
Result<RawAudio> decode_mp3(std::span<const uint8_t> file);

/// Encodes PCM to MP3. Several microseconds a frame and some 300 KB each: not for media threads,
/// and not one a call.
class Mp3Encoder {
 public:
  /// 8 or 16 kHz, 1 or 2 channels; 32 or 48 kbit/s a channel.
  Mp3Encoder(uint32_t rate, uint16_t channels);
  ~Mp3Encoder();
  Mp3Encoder(const Mp3Encoder&) = delete;
  Mp3Encoder& operator=(const Mp3Encoder&) = delete;

  /// Appends what is ready to `out`; `samples` are interleaved.
  void encode(std::span<const int16_t> samples, std::vector<uint8_t>& out);
  /// Appends what is left.
  void finish(std::vector<uint8_t>& out);
  /// The frame that tells players the length; it replaces as many bytes at the start of the file.
  std::vector<uint8_t> length_frame();

 private:
  struct Free {
    void operator()(lame_global_struct* state) const;
  };
  uint16_t channels_;
  std::unique_ptr<lame_global_struct, Free> state_;
};

}  // namespace tandem::media
