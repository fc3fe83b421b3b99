#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "products/common/speaker.h"
#include "telephony/media/background.h"
#include "telephony/media/prompt_cache.h"

namespace tandem::runtime {
class Shards;
}

namespace tandem::app {

/// Speaks by the engines of this machine: American English by the one linked in, other languages by
/// a child process. Remembers what it said lately.
class LocalSpeaker final : public products::Speaker {
 public:
  /// Before that, and after stop(), every text fails. The shards outlive it.
  void start(runtime::Shards& shards);
  /// After the shards stopped: ends what still speaks.
  void stop();

  void speak(const media::SpeechRequest& request, media::PromptDone done) override;
  std::vector<media::SpeechVoice> voices() const override;
  bool later(UniqueFunction<void()> work) override;

 private:
  media::PromptCache cache_;
  std::unique_ptr<media::Speech> speech_;
  std::optional<media::Background> background_;  // its jobs use the engines: it ends first
};

}  // namespace tandem::app
