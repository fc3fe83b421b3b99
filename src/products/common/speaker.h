#pragma once

#include <string_view>
#include <vector>

#include "core/function.h"
#include "telephony/media/speech.h"

namespace tandem::products {

/// Says what is written, for calls, conferences and text to speech alike. One a process: the
/// engine behind it is one.
class Speaker {
 public:
  virtual ~Speaker() = default;
  /// From any thread, once the platform runs; `done` is called once, at once or on another thread.
  virtual void speak(const media::SpeechRequest& request, media::PromptDone done) = 0;
  /// A language appears once a gender.
  virtual std::vector<media::SpeechVoice> voices() const = 0;
  /// Runs work on what was spoken that takes long, like encoding it. False, and nothing runs, when
  /// too much waits.
  virtual bool later(UniqueFunction<void()> work) = 0;
};

}  // namespace tandem::products
