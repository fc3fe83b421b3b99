#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"

namespace tandem::media {

/// A recording held in memory, mono at 8 or 16 kHz. Made once, then only read, by many legs.
struct Prompt {
  uint32_t rate = 8000;
  std::vector<int16_t> samples;

  std::chrono::milliseconds duration() const {
    return std::chrono::milliseconds(samples.size() * 1000 / rate);
  }
};

/// A file larger or longer than this is refused, whatever its header says.
inline constexpr size_t kMaxAudioFileBytes = size_t{64} << 20;
inline constexpr std::chrono::minutes kMaxPromptTime{30};

/// Reads a WAV file (PCM of 8, 16, 24 and 32 bits, A-law, mu-law, up to 8 channels) or an MP3 file,
/// told apart by their content. Several channels become one; rates above 8 kHz become 16 kHz, lower
/// ones 8 kHz. Fails on anything else, on files that end too early, and on empty ones. Takes about
/// 1 ms a second of MP3: not for media threads.
Result<Prompt> decode_audio(std::span<const uint8_t> file);

}  // namespace tandem::media
