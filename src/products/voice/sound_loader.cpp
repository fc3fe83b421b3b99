#include "products/voice/sound_loader.h"

#include <utility>
#include <vector>

#include "products/common/fetcher.h"
#include "products/voice/base64.h"
#include "store/blobs.h"
#include "telephony/media/speech_espeak.h"
#include "telephony/media/speech_flite.h"

namespace tandem::products::voice {
namespace {

constexpr size_t kThreads = 2;
constexpr size_t kMaxFileBytes = size_t{20} << 20;

std::vector<std::unique_ptr<media::SpeechEngine>> speech_engines(runtime::Shard& shard,
                                                                 media::Background& background) {
  std::vector<std::unique_ptr<media::SpeechEngine>> engines;
  engines.push_back(media::make_flite_speech(background));
  engines.push_back(media::make_espeak_speech(shard, background));
  return engines;
}

tl::unexpected<SoundError> no_sound(std::string what, bool not_found = false) {
  return tl::unexpected(SoundError{not_found, std::move(what)});
}

SoundError error_of(const FetchError& error) {
  static constexpr std::string_view kFailed = "90040: Downloading audio file failed: ";
  const bool not_found = error.kind == FetchError::Kind::Status && error.status == 404;
  const bool late = error.kind == FetchError::Kind::Timeout;
  return {not_found, std::string(kFailed) + (late ? "it took too long" : error.what)};
}

/// As a SoundLoader tells it.
media::PromptDone told(SoundLoader::Done done) {
  return [done = std::move(done)](Result<media::PromptPtr> prompt) mutable {
    if (!prompt) return done(no_sound(prompt.error().what));
    done(std::move(*prompt));
  };
}

}  // namespace

SoundLoader::SoundLoader(Fetcher& fetcher, store::Blobs& blobs, runtime::Shard& shard)
    : fetcher_(fetcher),
      blobs_(blobs),
      background_("voice", kThreads),
      decoder_(background_, cache_),
      speech_(speech_engines(shard, background_), cache_) {}

void SoundLoader::load(Sound sound, bool cache, Done done) {
  switch (sound.kind) {
    case Sound::Kind::Url:
      return load_url(sound.text, cache, std::move(done));
    case Sound::Kind::Blob:
      return load_blob(sound.text, std::move(done));
    case Sound::Kind::Content: {
      const auto bytes = from_base64(sound.text);
      if (!bytes) return done(no_sound("The playback_content is no base64."));
      return decode({}, std::string(bytes->begin(), bytes->end()), std::move(done));
    }
    case Sound::Kind::Speech:
      return speech_.speak(
          {.text = std::move(sound.text),
           .ssml = sound.ssml,
           .language = std::move(sound.language),
           .gender = sound.male ? media::SpeechGender::Male : media::SpeechGender::Female,
           .speed = sound.speed},
          told(std::move(done)));
  }
}

void SoundLoader::load_url(const std::string& url, bool cache, Done done) {
  if (cache) {
    if (media::PromptPtr known = cache_.find(url)) return done(std::move(known));
  }
  FetchOptions options;
  options.max_bytes = kMaxFileBytes;
  fetcher_.fetch(url, options,
                 [this, url, done = std::move(done)](Result<Fetched, FetchError> file) mutable {
                   if (!file) return done(tl::unexpected(error_of(file.error())));
                   decode(url, std::move(file->body), std::move(done));
                 });
}

void SoundLoader::load_blob(const std::string& blob, Done done) {
  if (media::PromptPtr known = cache_.find(blob)) return done(std::move(known));
  auto job = [this, blob, done = std::move(done)]() mutable {
    auto file = blobs_.read(blob, 0, kMaxFileBytes);
    if (!file) return done(no_sound(file.error().what, true));
    decode(blob, std::move(*file), std::move(done));
  };
  background_.post(std::move(job));
}

void SoundLoader::decode(std::string name, std::string file, Done done) {
  std::vector<uint8_t> bytes(file.begin(), file.end());
  decoder_.decode(std::move(name), std::move(bytes), told(std::move(done)));
}

}  // namespace tandem::products::voice
