#include "telephony/media/speech.h"

#include <cstdlib>
#include <future>
#include <string>

#include <doctest/doctest.h>

#include "runtime/shards.h"
#include "telephony/media/noise.h"
#include "telephony/media/speech_espeak.h"
#include "telephony/media/speech_flite.h"
#include "telephony/media/test_audio.h"

namespace tandem::media {
namespace {

using namespace std::chrono_literals;

template <class Start>
Result<PromptPtr> wait_for(Start start) {
  std::promise<Result<PromptPtr>> promise;
  auto future = promise.get_future();
  start([&promise](Result<PromptPtr> result) { promise.set_value(std::move(result)); });
  REQUIRE(future.wait_for(20s) == std::future_status::ready);
  return future.get();
}

struct World {
  World() : shards(1), background("speech", 1), speech(engines(), cache) { shards.start(); }
  ~World() { shards.stop(); }

  std::vector<std::unique_ptr<SpeechEngine>> engines() {
    std::vector<std::unique_ptr<SpeechEngine>> out;
    out.push_back(make_flite_speech(background));
    out.push_back(make_espeak_speech(shards[0], background));
    return out;
  }
  Result<PromptPtr> say(const SpeechRequest& request) {
    return wait_for([&](PromptDone done) { speech.speak(request, std::move(done)); });
  }

  runtime::Shards shards;
  PromptCache cache;
  Background background;
  Speech speech;
};

TEST_CASE("speech: flite speaks English in two voices, faster than real time") {
  World world;
  const auto female = world.say({.text = "Hello world. Please hold the line."});
  REQUIRE(female);
  CHECK((*female)->rate == 16000);
  CHECK((*female)->duration() > 1500ms);
  CHECK((*female)->duration() < 5s);
  CHECK(mean_level((*female)->samples) > 300);
  const auto male =
      world.say({.text = "Hello world. Please hold the line.", .gender = SpeechGender::Male});
  REQUIRE(male);
  CHECK((*male)->samples != (*female)->samples);
  CHECK(world.say({.text = "Hello world. Please hold the line."}).value() == *female);
}

TEST_CASE("speech: breaks are heard as silence") {
  World world;
  const auto plain = world.say({.text = "<speak>one two</speak>", .ssml = true});
  const auto paused =
      world.say({.text = "<speak>one <break time='2s'/> two</speak>", .ssml = true});
  REQUIRE(plain);
  REQUIRE(paused);
  CHECK((*paused)->duration() - (*plain)->duration() > 1800ms);
}

TEST_CASE("speech: other languages by a child process") {
  if (std::system("espeak-ng --version > /dev/null 2>&1") != 0) return;
  World world;
  const auto german = world.say({.text = "Guten Tag & <willkommen>", .language = "de-DE"});
  REQUIRE(german);
  CHECK((*german)->rate == 16000);
  CHECK((*german)->duration() > 500ms);
  CHECK(mean_level((*german)->samples) > 300);
  const auto ssml = world.say({.text = "<speak>eins<break time='1s'/>zwei</speak>",
                               .ssml = true,
                               .language = "de-DE",
                               .gender = SpeechGender::Male});
  REQUIRE(ssml);
  CHECK((*ssml)->duration() > 1500ms);
}

TEST_CASE("speech: what cannot be said is an error") {
  World world;
  CHECK_FALSE(world.say({.text = ""}));
  CHECK_FALSE(world.say({.text = "<speak></speak>", .ssml = true}));
  CHECK_FALSE(world.say({.text = "<speak>", .ssml = true}));
  CHECK_FALSE(world.say({.text = "hello", .language = "tlh"}));
  CHECK_FALSE(world.say({.text = std::string(kMaxSpeechBytes + 1, 'a')}));
  CHECK(world.speech.speaks("sv-SE"));
  CHECK(world.speech.voices().size() >= 50);
  CHECK(world.speech.voices()[0].name == "flite.slt");
}

TEST_CASE("prompts: decoded once, kept by use, dropped by size") {
  PromptCache cache(1000);
  const auto prompt = [](size_t samples) {
    auto made = std::make_shared<Prompt>();
    made->samples.resize(samples);
    return made;
  };
  cache.put("a", prompt(200));
  cache.put("b", prompt(200));
  CHECK(cache.find("a"));
  cache.put("c", prompt(200));
  CHECK_FALSE(cache.find("b"));
  CHECK(cache.find("a"));
  CHECK(cache.bytes() == 800);
  cache.put("a", prompt(10));
  CHECK(cache.bytes() == 420);
  cache.put("huge", prompt(501));
  CHECK_FALSE(cache.find("huge"));
  cache.forget("c");
  CHECK(cache.bytes() == 20);
}

TEST_CASE("prompts: files are decoded aside, broken ones are errors") {
  PromptCache cache;
  Background background("decode", 1);
  PromptLoader loader(background, cache);
  const auto load = [&](const std::string& name, std::vector<uint8_t> file) {
    return wait_for([&](PromptDone done) { loader.decode(name, file, std::move(done)); });
  };
  CHECK_FALSE(load("x", {1, 2, 3}));
  CHECK_FALSE(cache.find("x"));
  cache.put("y", std::make_shared<Prompt>());
  CHECK(load("y", {1, 2, 3}).has_value());
}

}  // namespace
}  // namespace tandem::media
