#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "telephony/media/audio.h"
#include "telephony/media/events.h"
#include "telephony/media/tone_detector.h"

namespace tandem::media {

/// Thresholds of answering machine detection; the defaults are the API's.
struct AmdConfig {
  using Millis = std::chrono::milliseconds;
  /// Overall limit of the first decision.
  Millis total_analysis{3500};
  /// Silence after a short greeting that makes it a human's.
  Millis after_greeting_silence{800};
  /// Silence that separates two words.
  Millis between_words_silence{50};
  /// A longer greeting is a machine's.
  Millis greeting{3500};
  /// Silence before anything is said that makes it a machine.
  Millis initial_silence{3500};
  uint32_t maximum_words = 5;
  Millis maximum_word_length{3500};
  /// Mean level (0 to 32767) below which a frame is silent.
  uint32_t silence_threshold = 256;
  /// After a machine was found: silence that ends its greeting, and the longest wait for that.
  Millis greeting_silence{1500};
  Millis greeting_total_analysis{5000};
  /// Report plain silence and fax tones as such instead of as a machine.
  bool premium = false;
};

/// Tells from the first seconds of audio who has answered, and when a machine's greeting is over.
/// People say one or two words and wait; machines speak on, or wait for long before they do.
class AnswerDetector {
 public:
  explicit AnswerDetector(const AmdConfig& config);

  struct Finding {
    std::optional<AmdResult> result;
    std::optional<AmdGreetingEnd> greeting_end;
  };
  /// 20 ms at 8 kHz.
  Finding feed(std::span<const int16_t> samples);
  /// Nothing more will be found.
  bool done() const { return phase_ == Phase::Done; }

 private:
  using Millis = std::chrono::milliseconds;
  enum class Phase : uint8_t { Deciding, Greeting, Done };

  void listen(uint32_t level);
  std::optional<AmdResult> decide();
  std::optional<AmdGreetingEnd> watch_greeting();
  AmdResult silent_result() const;

  AmdConfig config_;
  ToneDetector tones_;
  Phase phase_ = Phase::Deciding;
  Millis elapsed_{0};
  Millis began_{0};  // when the voice did
  Millis in_greeting_{0};
  Millis silence_{0};
  Millis word_{0};
  Millis voice_{0};
  uint32_t words_ = 0;
  bool in_word_ = false;
  bool heard_voice_ = false;
};

}  // namespace tandem::media
