#include <algorithm>
#include <string>
#include <vector>

#include "contract/operations.h"
#include "products/audio/audio.h"
#include "products/common/speaker.h"
#include "products/common/voice_names.h"
#include "telephony/media/mp3.h"
#include "telephony/media/wav.h"

// Words turned into a sound file, and the voices that can do it.

namespace tandem::products::audio {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::Reply;
using contract::Op;

constexpr size_t kMaxCharacters = 5000;
constexpr std::string_view kProvider = "telnyx";

using Respond = std::function<void(Reply)>;

std::string text_of(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

Reply mp3_reply(const media::Prompt& spoken) {
  media::Mp3Encoder encoder(spoken.rate, 1);
  std::vector<uint8_t> file;
  encoder.encode(spoken.samples, file);
  encoder.finish(file);
  const std::vector<uint8_t> head = encoder.length_frame();
  if (head.size() <= file.size()) std::copy(head.begin(), head.end(), file.begin());
  return Reply::text(text_of(file), "audio/mpeg", 200);
}

Reply wav_reply(const media::Prompt& spoken) {
  const size_t bytes = spoken.samples.size() * sizeof(int16_t);
  const auto head = media::wav_header(spoken.rate, 1, static_cast<uint32_t>(bytes));
  std::string file(head.begin(), head.end());
  file.append(reinterpret_cast<const char*>(spoken.samples.data()), bytes);
  return Reply::text(std::move(file), "audio/wav", 200);
}

Reply refusal(const std::string& code, const std::string& why) {
  constexpr int kUnprocessable = 422;
  return Reply::json(contract::envelope({code, why, "/text"}), kUnprocessable);
}

/// Encodes what was spoken, away from the thread that brings it, and answers.
void encode(Speaker& speaker, bool wav, Respond respond, Result<media::PromptPtr> spoken) {
  if (!spoken) return respond(refusal("90010", spoken.error().what));
  const bool taken = speaker.later(
      [wav, respond, sound = *spoken] { respond(wav ? wav_reply(*sound) : mp3_reply(*sound)); });
  if (!taken) respond(refusal("10037", "Too much is waiting to be spoken."));
}

size_t characters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    constexpr unsigned kContinuation = 0x80;
    return (static_cast<unsigned char>(c) & 0xc0) != kContinuation;
  }));
}

/// MP3, or WAV for who accepts that by name.
Outcome speak(Speaker& speaker, const Call& call, const store::Snapshot&) {
  const std::string_view text = call.body["text"].string();
  const size_t count = characters(text);
  if (count < 1 || count > kMaxCharacters) {
    return contract::refuse("90010", "A text has 1 to 5000 characters.", "/text");
  }
  const auto voices = speaker.voices();
  const auto voice = find_voice(call.body["voice"].string(), voices);
  if (!voice) {
    return contract::refuse("90012", "GET /v2/text-to-speech/voices names the voices.", "/voice");
  }
  media::SpeechRequest request;
  request.text = text;
  request.ssml = text.starts_with("<speak");
  request.language = voice->language;
  request.gender = voice->gender;
  const bool wav = call.head.headers.get("accept").find("audio/wav") != std::string_view::npos;
  Effects effects;
  effects.reply.later = [&speaker, request = std::move(request), wav](Respond respond) {
    speaker.speak(request, [&speaker, wav, respond](Result<media::PromptPtr> spoken) {
      encode(speaker, wav, respond, std::move(spoken));
    });
  };
  return effects;
}

Outcome list_voices(const Speaker& speaker, const Call& call, const store::Snapshot&) {
  const bool ours = call.query.get("provider", kProvider) == kProvider;
  json::Value voices = json::Value::array();
  for (const media::SpeechVoice& voice : speaker.voices()) {
    if (!ours) break;
    const bool male = voice.gender == media::SpeechGender::Male;
    voices.items().push_back(json::Value::object({{"id", "Telnyx." + voice.name},
                                                  {"name", voice.name},
                                                  {"label", voice.name + ", " + voice.language},
                                                  {"provider", kProvider},
                                                  {"language", voice.language},
                                                  {"accent", voice.language},
                                                  {"age", "adult"},
                                                  {"gender", male ? "male" : "female"}}));
  }
  Effects effects;
  effects.reply = Reply::json(json::Value::object({{"voices", std::move(voices)}}).text());
  return effects;
}

}  // namespace

void declare_speech(api::Registry& registry, const Services& services) {
  Speaker& speaker = services.speaker;
  registry.bind(Op::GenerateTextToSpeech,
                [&speaker](const Call& call, const store::Snapshot& snapshot) {
                  return speak(speaker, call, snapshot);
                });
  registry.bind(Op::ListTextToSpeechVoices,
                [&speaker](const Call& call, const store::Snapshot& snapshot) {
                  return list_voices(speaker, call, snapshot);
                });
}

}  // namespace tandem::products::audio
