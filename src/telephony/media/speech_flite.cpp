#include "telephony/media/speech_flite.h"

#include <mutex>
#include <utility>

#include <flite/flite.h>

#include "telephony/media/audio.h"
#include "telephony/media/resampler.h"

// The library's headers declare no voices.
extern "C" {
cst_voice* register_cmu_us_slt(const char* directory);
cst_voice* register_cmu_us_rms(const char* directory);
}

namespace tandem::media {
namespace {

constexpr std::string_view kLanguage = "en-US";

struct WaveFree {
  void operator()(cst_wave* wave) const { delete_wave(wave); }
};

/// The library does not say that several threads may use it, and its voices are the process's.
std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

class FliteSpeech final : public SpeechEngine {
 public:
  explicit FliteSpeech(Background& background) : background_(background) {
    const std::lock_guard lock(library_mutex());
    flite_init();
    female_ = register_cmu_us_slt(nullptr);
    male_ = register_cmu_us_rms(nullptr);
  }

  std::vector<SpeechVoice> voices() const override {
    return {{"flite.slt", std::string(kLanguage), SpeechGender::Female},
            {"flite.rms", std::string(kLanguage), SpeechGender::Male}};
  }
  bool speaks(std::string_view language) const override { return language == kLanguage; }
  void speak(std::vector<SpeechPart> parts, const SpeechManner& manner, PromptDone done) override {
    auto answer = std::make_shared<PromptDone>(std::move(done));
    const bool taken = background_.post(
        [this, parts = std::move(parts), manner, answer] { (*answer)(speak_all(parts, manner)); });
    if (!taken) (*answer)(fail("speech: too much is waiting to be spoken"));
  }

 private:
  Result<PromptPtr> speak_all(const std::vector<SpeechPart>& parts, const SpeechManner& manner) {
    auto prompt = std::make_shared<Prompt>();
    prompt->rate = kWideRateHz;
    for (const SpeechPart& part : parts) {
      if (!part.text.empty() && !speak_words(part.text, manner, prompt->samples)) {
        return fail("speech: flite could not speak the text");
      }
      const auto pause = static_cast<size_t>(part.pause.count()) * kWideRateHz / 1000;
      prompt->samples.resize(prompt->samples.size() + pause);
    }
    return PromptPtr(std::move(prompt));
  }

  bool speak_words(const std::string& text, const SpeechManner& manner, std::vector<int16_t>& out) {
    const std::lock_guard lock(library_mutex());
    cst_voice* voice = manner.gender == SpeechGender::Male ? male_ : female_;
    feat_set_float(voice->features, "duration_stretch", static_cast<float>(1.0 / manner.speed));
    const std::unique_ptr<cst_wave, WaveFree> wave(flite_text_to_wave(text.c_str(), voice));
    if (!wave || wave->num_samples < 0 || wave->sample_rate <= 0) return false;
    const std::span<const int16_t> samples(wave->samples, static_cast<size_t>(wave->num_samples));
    const auto converted = resample(samples, static_cast<uint32_t>(wave->sample_rate), kWideRateHz);
    out.insert(out.end(), converted.begin(), converted.end());
    return true;
  }

  Background& background_;
  cst_voice* female_;
  cst_voice* male_;
};

}  // namespace

std::unique_ptr<SpeechEngine> make_flite_speech(Background& background) {
  return std::make_unique<FliteSpeech>(background);
}

}  // namespace tandem::media
