#include "app/local_speaker.h"

#include <utility>

#include "runtime/shards.h"
#include "telephony/media/speech_espeak.h"
#include "telephony/media/speech_flite.h"

namespace tandem::app {
namespace {

constexpr size_t kThreads = 2;

}  // namespace

void LocalSpeaker::start(runtime::Shards& shards) {
  background_.emplace("speech", kThreads);
  std::vector<std::unique_ptr<media::SpeechEngine>> engines;
  engines.push_back(media::make_flite_speech(*background_));
  engines.push_back(media::make_espeak_speech(shards[0], *background_));
  speech_ = std::make_unique<media::Speech>(std::move(engines), cache_);
}

void LocalSpeaker::stop() {
  background_.reset();
  speech_.reset();
}

void LocalSpeaker::speak(const media::SpeechRequest& request, media::PromptDone done) {
  if (!speech_) return done(fail("speech: not started"));
  speech_->speak(request, std::move(done));
}

std::vector<media::SpeechVoice> LocalSpeaker::voices() const {
  return speech_ ? speech_->voices() : std::vector<media::SpeechVoice>();
}

bool LocalSpeaker::later(UniqueFunction<void()> work) {
  return background_ && background_->post(std::move(work));
}

}  // namespace tandem::app
