#include "telephony/media/speech.h"

#include <algorithm>
#include <utility>

namespace tandem::media {
namespace {

std::string cache_name(const SpeechRequest& request) {
  std::string name = "speech:" + request.language;
  name += request.gender == SpeechGender::Male ? ":m" : ":f";
  name += request.ssml ? ":s:" : ":t:";
  return name + std::to_string(request.speed) + ":" + request.text;
}

Result<std::vector<SpeechPart>> parts_of(const SpeechRequest& request) {
  if (request.text.size() > kMaxSpeechBytes) return fail("speech: the text is too long");
  if (request.ssml) return parse_ssml(request.text);
  return std::vector<SpeechPart>{{request.text, std::chrono::milliseconds(0)}};
}

}  // namespace

Speech::Speech(std::vector<std::unique_ptr<SpeechEngine>> engines, PromptCache& cache)
    : engines_(std::move(engines)), cache_(cache) {}

SpeechEngine* Speech::engine_for(std::string_view language) const {
  for (const auto& engine : engines_) {
    if (engine->speaks(language)) return engine.get();
  }
  return nullptr;
}

bool Speech::speaks(std::string_view language) const { return engine_for(language) != nullptr; }

std::vector<SpeechVoice> Speech::voices() const {
  std::vector<SpeechVoice> out;
  for (const auto& engine : engines_) {
    for (SpeechVoice& voice : engine->voices()) {
      const bool known = std::any_of(out.begin(), out.end(), [&](const SpeechVoice& each) {
        return each.language == voice.language && each.gender == voice.gender;
      });
      if (!known) out.push_back(std::move(voice));
    }
  }
  return out;
}

void Speech::speak(const SpeechRequest& request, PromptDone done) {
  const std::string name = cache_name(request);
  if (PromptPtr known = cache_.find(name)) return done(std::move(known));
  auto parts = parts_of(request);
  if (!parts) return done(tl::unexpected(parts.error()));
  const bool empty = std::all_of(parts->begin(), parts->end(), [](const SpeechPart& part) {
    return part.text.empty() && part.pause.count() == 0;
  });
  if (empty) return done(fail("speech: there is nothing to say"));
  SpeechEngine* engine = engine_for(request.language);
  if (engine == nullptr) return done(fail("speech: no voice speaks " + request.language));
  engine->speak(std::move(*parts), {request.language, request.gender, request.speed},
                [this, name, done = std::move(done)](Result<PromptPtr> spoken) mutable {
                  if (spoken) cache_.put(name, *spoken);
                  done(std::move(spoken));
                });
}

}  // namespace tandem::media
