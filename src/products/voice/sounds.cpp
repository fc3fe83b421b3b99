#include "products/voice/sounds.h"

#include <algorithm>
#include <string>

namespace tandem::products::voice {
namespace {

constexpr std::string_view kMedia = "media";
constexpr std::string_view kBasicLanguage = "en-US";  // all that this level of service speaks
constexpr double kSlowest = 0.1;
constexpr double kFastest = 2.0;
constexpr int64_t kMaxPayload = 5'000;  // characters, as the error catalogue says

bool is_web_address(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

Result<std::optional<NamedSound>, api::ApiError> stored_sound(const api::Call& request,
                                                              const store::Snapshot& snapshot,
                                                              std::string_view name,
                                                              std::string_view member) {
  const auto row = snapshot.get(kMedia, request.account.id + "/" + std::string(name));
  const json::Value document = row ? api::document_of(*row) : json::Value();
  if (!row || document["_blob"].string().empty()) {
    return api::refuse("10017", "No stored media has this name.", "/" + std::string(member));
  }
  NamedSound found;
  found.sound.kind = Sound::Kind::Blob;
  found.sound.text = document["_blob"].string();
  found.about.media_name = name;
  return found;
}

/// "Telnyx.KokoroTTS.af", "AWS.Polly.Joanna-Neural", "male", "female".
bool is_male(std::string_view voice) {
  static constexpr std::string_view kMen[] = {"male",   "Matthew", "Joey",  "Justin",
                                              "Brian",  "Russell", "Kevin", "Stephen",
                                              "Daniel", ".am",     ".bm"};
  if (voice == "female") return false;
  return std::any_of(std::begin(kMen), std::end(kMen), [voice](std::string_view name) {
    return voice.find(name) != std::string_view::npos;
  });
}

}  // namespace

int64_t characters(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Result<std::optional<NamedSound>, api::ApiError> find_sound(const api::Call& request,
                                                            const store::Snapshot& snapshot,
                                                            std::string_view url,
                                                            std::string_view media) {
  const std::string_view address = request.body[url].string();
  const std::string_view name = request.body[media].string();
  if (!address.empty()) {
    if (!name.empty()) {
      return api::refuse("10015", "Name an address or a stored file, not both.",
                         "/" + std::string(media));
    }
    if (!is_web_address(address)) {
      return api::refuse("10003", "The address begins with http:// or https://.",
                         "/" + std::string(url));
    }
    NamedSound found;
    found.sound.text = address;
    found.about.media_url = address;
    return found;
  }
  if (name.empty()) return std::nullopt;
  return stored_sound(request, snapshot, name, media);
}

Result<Sound, api::ApiError> read_speech(json::View body, std::string_view payload) {
  const std::string pointer = "/" + std::string(payload);
  const std::string_view text = body[payload].string();
  const int64_t size = characters(text);
  if (size < 1 || size > kMaxPayload) {
    return api::refuse("90010", "A payload has between 1 and 5000 characters.", pointer);
  }
  const std::string_view voice = body["voice"].string();
  if (voice.empty()) return api::refuse("90012", "A voice must be named.", "/voice");
  Sound sound;
  sound.kind = Sound::Kind::Speech;
  sound.text = text;
  sound.language = body["language"].string(kBasicLanguage);
  sound.ssml = body["payload_type"].string("text") == "ssml";
  sound.male = is_male(voice);
  if (body["service_level"].string() == "basic") {
    if (sound.ssml) return api::refuse("90011", "'basic' speaks plain text.", "/payload_type");
    if (sound.language != kBasicLanguage) {
      return api::refuse("90013", "'basic' speaks en-US.", "/language");
    }
  }
  sound.speed = body["voice_settings"]["voice_speed"].number(1.0);
  if (sound.speed < kSlowest || sound.speed > kFastest) {
    return api::refuse("10015", "A voice_speed lies between 0.1 and 2.0.",
                       "/voice_settings/voice_speed");
  }
  return sound;
}

}  // namespace tandem::products::voice
