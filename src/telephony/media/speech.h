#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "telephony/media/prompt_cache.h"
#include "telephony/media/ssml.h"

namespace tandem::media {

enum class SpeechGender : uint8_t { Female, Male };

/// Something to say.
struct SpeechRequest {
  std::string text;
  /// `text` is SSML.
  bool ssml = false;
  /// Language and region: `en-US`.
  std::string language = "en-US";
  SpeechGender gender = SpeechGender::Female;
  /// 2.0 is twice as fast.
  double speed = 1.0;
};

/// How it is said.
struct SpeechManner {
  std::string language;
  SpeechGender gender = SpeechGender::Female;
  double speed = 1.0;
};

struct SpeechVoice {
  std::string name;
  std::string language;
  SpeechGender gender;
};

/// A program or service that turns words into sound.
class SpeechEngine {
 public:
  virtual ~SpeechEngine() = default;
  virtual std::vector<SpeechVoice> voices() const = 0;
  virtual bool speaks(std::string_view language) const = 0;
  /// Called from any thread; `done` on any.
  virtual void speak(std::vector<SpeechPart> parts, const SpeechManner& manner,
                     PromptDone done) = 0;
};

/// Speaks by the first of several engines that knows the language, and remembers what it said.
class Speech {
 public:
  /// `engines` best first; `cache` outlives this.
  Speech(std::vector<std::unique_ptr<SpeechEngine>> engines, PromptCache& cache);

  /// Of all engines; a language appears once a gender, with the engine that would speak it.
  std::vector<SpeechVoice> voices() const;
  bool speaks(std::string_view language) const;
  /// Fails when the text is empty, longer than kMaxSpeechBytes, not well-formed SSML, in a language
  /// nobody speaks, or when the engine fails.
  void speak(const SpeechRequest& request, PromptDone done);

 private:
  SpeechEngine* engine_for(std::string_view language) const;

  std::vector<std::unique_ptr<SpeechEngine>> engines_;
  PromptCache& cache_;
};

}  // namespace tandem::media
