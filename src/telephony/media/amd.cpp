#include "telephony/media/amd.h"

#include "telephony/media/noise.h"

namespace tandem::media {
namespace {

/// A shorter sound is a click and no word.
constexpr std::chrono::milliseconds kMinWord{100};
/// A voice that began by then and still speaks when the time is up is a machine's.
constexpr std::chrono::milliseconds kLateStart{1500};

}  // namespace

AnswerDetector::AnswerDetector(const AmdConfig& config) : config_(config) {}

void AnswerDetector::listen(uint32_t level) {
  elapsed_ += kFrameTime;
  if (level < config_.silence_threshold) {
    silence_ += kFrameTime;
    if (in_word_ && silence_ >= config_.between_words_silence) {
      in_word_ = false;
      word_ = Millis(0);
    }
    return;
  }
  silence_ = Millis(0);
  voice_ += kFrameTime;
  word_ += kFrameTime;
  if (!in_word_ && word_ >= kMinWord) {
    in_word_ = true;
    if (!heard_voice_) began_ = elapsed_ - word_;
    heard_voice_ = true;
    ++words_;
  }
}

AmdResult AnswerDetector::silent_result() const {
  return config_.premium ? AmdResult::Silence : AmdResult::Machine;
}

std::optional<AmdResult> AnswerDetector::decide() {
  if (!heard_voice_ && silence_ >= config_.initial_silence) return silent_result();
  if (in_word_ && word_ >= config_.maximum_word_length) return AmdResult::Machine;
  if (words_ > config_.maximum_words) return AmdResult::Machine;
  if (voice_ >= config_.greeting) return AmdResult::Machine;
  if (heard_voice_ && silence_ >= config_.after_greeting_silence) return AmdResult::Human;
  if (elapsed_ < config_.total_analysis) return std::nullopt;
  if (!heard_voice_) return silent_result();
  return began_ <= kLateStart ? AmdResult::Machine : AmdResult::NotSure;
}

std::optional<AmdGreetingEnd> AnswerDetector::watch_greeting() {
  in_greeting_ += kFrameTime;
  if (heard_voice_ && silence_ >= config_.greeting_silence) return AmdGreetingEnd::Ended;
  if (in_greeting_ >= config_.greeting_total_analysis) return AmdGreetingEnd::NotSure;
  return std::nullopt;
}

AnswerDetector::Finding AnswerDetector::feed(std::span<const int16_t> samples) {
  Finding finding;
  if (done()) return finding;
  const auto tone = tones_.feed(samples);
  listen(mean_level(samples));
  if (tone == SteadyTone::Beep) {
    // Nobody but a machine beeps; the caller may speak now.
    if (phase_ == Phase::Deciding) finding.result = AmdResult::Machine;
    finding.greeting_end = AmdGreetingEnd::Beep;
    phase_ = Phase::Done;
    return finding;
  }
  if (phase_ == Phase::Greeting) {
    finding.greeting_end = watch_greeting();
    if (finding.greeting_end) phase_ = Phase::Done;
    return finding;
  }
  if (tone == SteadyTone::Fax) {
    finding.result = config_.premium ? AmdResult::Fax : AmdResult::Machine;
  } else {
    finding.result = decide();
  }
  if (finding.result) {
    const bool machine = finding.result == AmdResult::Machine && tone != SteadyTone::Fax;
    phase_ = machine ? Phase::Greeting : Phase::Done;
  }
  return finding;
}

}  // namespace tandem::media
