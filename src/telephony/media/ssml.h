#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace tandem::media {

/// Words to speak, and the silence after them.
struct SpeechPart {
  std::string text;
  std::chrono::milliseconds pause{0};

  friend bool operator==(const SpeechPart&, const SpeechPart&) = default;
};

inline constexpr size_t kMaxSpeechBytes = 20'000;
inline constexpr std::chrono::seconds kMaxSpeechPause{10};

/// Reads Speech Synthesis Markup Language (W3C 1.1) as far as words and pauses go: `break`, `p`,
/// `s`, `sub`, and `say-as` with digits, telephone, characters, spell-out and ordinal. Other
/// elements (prosody, voice, emphasis, ...) leave their words as they are. Fails on what is not
/// well-formed, does not start with `speak`, or is nested deeper than 32.
Result<std::vector<SpeechPart>> parse_ssml(std::string_view document);

}  // namespace tandem::media
