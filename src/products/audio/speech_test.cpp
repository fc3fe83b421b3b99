#include <doctest/doctest.h>

#include "products/audio/testing.h"
#include "products/common/voice_names.h"
#include "telephony/media/mp3.h"

namespace tandem::products::audio {
namespace {

using media::SpeechGender;

api::testing::Answer say(testing::World& world, const std::string& text, const std::string& voice,
                         api::testing::Headers headers = {}) {
  return world.platform.send("POST", "/v2/text-to-speech/speech",
                             R"({"text":")" + text + R"(","voice":")" + voice + R"("})",
                             std::move(headers));
}

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST_CASE("words come back as MP3, or as WAV for who accepts that") {
  testing::World world;
  const auto mp3 = say(world, "Good morning", "AWS.Polly.Hans-Neural");
  REQUIRE_MESSAGE(mp3.status == 200, mp3.body);
  CHECK(mp3.headers.get("content-type") == "audio/mpeg");
  const auto sound = media::decode_mp3(bytes_of(mp3.body));
  REQUIRE(sound);
  CHECK(sound->samples.size() >= 4000);
  const media::SpeechRequest& said = world.handed.speaker.said.back();
  CHECK(said.text == "Good morning");
  CHECK(said.language == "de-DE");
  CHECK(said.gender == SpeechGender::Male);

  const auto wav = say(world, "Good morning", "female", {{"accept", "audio/wav"}});
  REQUIRE(media::is_wav(bytes_of(wav.body)));
  CHECK(media::decode_wav(bytes_of(wav.body))->samples.size() == 4000);
}

TEST_CASE("texts and voices that cannot be spoken are refused with their field") {
  testing::World world;
  CHECK(say(world, "", "female").where() == "/text");
  CHECK(say(world, std::string(5001, 'a'), "female").code() == "90010");
  CHECK(say(world, "hi", "Nobody.At.All").code() == "90012");
}

TEST_CASE("voices are listed, none of other providers") {
  testing::World world;
  const auto all = world.platform.send("GET", "/v2/text-to-speech/voices");
  REQUIRE_MESSAGE(all.status == 200, all.body);
  CHECK(all.json["voices"].items().size() == 2);
  const auto others = world.platform.send("GET", "/v2/text-to-speech/voices?provider=aws");
  CHECK(others.json["voices"].items().empty());
}

TEST_CASE("voices are known by the names providers give them") {
  const media::SpeechVoice known[] = {{"espeak.de.male", "de-DE", SpeechGender::Male}};
  struct Row {
    const char* name;
    const char* language;
    SpeechGender gender;
  };
  const Row rows[] = {{"male", "en-US", SpeechGender::Male},
                      {"Telnyx.espeak.de.male", "de-DE", SpeechGender::Male},
                      {"Telnyx.KokoroTTS.bm_george", "en-GB", SpeechGender::Male},
                      {"Telnyx.KokoroTTS.af", "en-US", SpeechGender::Female},
                      {"aws.polly.Joanna", "en-US", SpeechGender::Female},
                      {"Polly.Mathieu", "fr-FR", SpeechGender::Male},
                      {"Azure.ja-JP-NanamiNeural", "ja-JP", SpeechGender::Female},
                      {"ElevenLabs.eleven_multilingual_v2.Rachel", "en-US", SpeechGender::Female}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto voice = find_voice(row.name, known);
    REQUIRE(voice);
    CHECK(voice->language == row.language);
    CHECK(voice->gender == row.gender);
  }
  CHECK_FALSE(find_voice("Joanna", known));
}

}  // namespace
}  // namespace tandem::products::audio
