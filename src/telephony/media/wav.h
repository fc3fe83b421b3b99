#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "telephony/media/prompt.h"

namespace tandem::media {

/// Samples as a file had them, interleaved.
struct RawAudio {
  uint32_t rate = 0;
  uint16_t channels = 1;
  std::vector<int16_t> samples;
};

/// Whether the file calls itself RIFF/WAVE.
bool is_wav(std::span<const uint8_t> file);
Result<RawAudio> decode_wav(std::span<const uint8_t> file);

inline constexpr size_t kWavHeaderBytes = 44;

/// The header of a PCM file of 16 bits with `data_bytes` of samples behind it.
std::array<uint8_t, kWavHeaderBytes> wav_header(uint32_t rate, uint16_t channels,
                                                uint32_t data_bytes);

}  // namespace tandem::media
