#include "telephony/media/amd.h"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/media/test_audio.h"

namespace tandem::media {
namespace {

using namespace std::chrono_literals;

/// Builds what is heard after a call was answered.
class Scene {
 public:
  Scene& silence(int ms) {
    for (int n = 0; n < ms * 8; ++n) {
      samples_.push_back(static_cast<int16_t>(static_cast<int>(random_.below(40)) - 20));
    }
    return *this;
  }
  /// Something like a vowel: a gliding pitch with many harmonics.
  Scene& word(int ms) {
    double phase = 0;
    const int count = ms * 8;
    for (int n = 0; n < count; ++n) {
      const double glide = static_cast<double>(n) / count;
      phase += 2 * std::numbers::pi * (110 + 50 * glide) / 8000;
      double sum = 0;
      for (int h = 1; h <= 12; ++h) {
        sum += std::sin(phase * h) / (1 + std::abs(h - 5 - 3 * glide));
      }
      samples_.push_back(static_cast<int16_t>(sum * 2500));
    }
    return *this;
  }
  Scene& tone(double hz, int ms) {
    const auto made = sine(8000, hz, static_cast<size_t>(ms) * 8, 6000);
    samples_.insert(samples_.end(), made.begin(), made.end());
    return *this;
  }

  /// What was found and when: "human@1500 ended@4000".
  std::string run(const AmdConfig& config = {}) const {
    AnswerDetector detector(config);
    std::string out;
    for (size_t at = 0; at + 160 <= samples_.size(); at += 160) {
      const auto finding = detector.feed(std::span(samples_).subspan(at, 160));
      const std::string when = "@" + std::to_string((at + 160) / 8 / 100) + " ";
      if (finding.result) out += kResults[static_cast<size_t>(*finding.result)] + when;
      if (finding.greeting_end) out += kEnds[static_cast<size_t>(*finding.greeting_end)] + when;
    }
    return out;
  }

 private:
  static inline const std::string kResults[] = {"human", "machine", "notsure", "silence", "fax"};
  static inline const std::string kEnds[] = {"beep", "ended", "timeout"};
  SeededRandom random_{1};
  std::vector<int16_t> samples_;
};

TEST_CASE("amd: a short hello and a pause are a human") {
  CHECK(Scene().silence(500).word(400).silence(1500).run() == "human@17 ");
  CHECK(Scene().silence(300).word(250).silence(100).word(300).silence(1500).run() == "human@17 ");
}

TEST_CASE("amd: a long greeting is a machine, its end is silence") {
  Scene scene;
  scene.silence(300);
  for (int n = 0; n < 9; ++n) scene.word(350).silence(80);
  CHECK(scene.silence(2500).run() == "machine@25 ended@56 ");
}

TEST_CASE("amd: the beep ends a greeting") {
  Scene scene;
  scene.silence(300);
  for (int n = 0; n < 9; ++n) scene.word(350).silence(80);
  CHECK(scene.silence(300).tone(1000, 300).silence(500).run() == "machine@25 beep@48 ");
}

TEST_CASE("amd: a beep at once is a machine") {
  CHECK(Scene().silence(200).tone(850, 400).silence(500).run() == "machine@6 beep@6 ");
}

TEST_CASE("amd: one endless word and a voice without pauses are a machine") {
  CHECK(Scene().word(4000).run({.total_analysis = 5s}) == "machine@35 ");
  CHECK(Scene().word(2500).run({.maximum_word_length = 2s}).starts_with("machine@20"));
}

TEST_CASE("amd: silence is a machine, or silence when asked for by name") {
  CHECK(Scene().silence(4000).run().starts_with("machine@35"));
  CHECK(Scene().silence(4000).run({.premium = true}) == "silence@35 ");
}

TEST_CASE("amd: a voice that speaks on until the time is up is a machine") {
  CHECK(Scene().silence(400).word(1500).silence(100).word(1700).run().starts_with("machine@35"));
}

TEST_CASE("amd: what cannot be decided in time is said so") {
  CHECK(Scene().silence(2500).word(300).silence(300).word(600).run() == "notsure@35 ");
}

TEST_CASE("amd: a greeting that does not end is given up on") {
  Scene scene;
  for (int n = 0; n < 30; ++n) scene.word(350).silence(80);
  CHECK(scene.run() == "machine@22 timeout@72 ");
}

TEST_CASE("amd: a fax is a machine, or a fax when asked for by name") {
  CHECK(Scene().silence(200).tone(2100, 3000).run({.premium = true}) == "fax@5 ");
  CHECK(Scene().silence(200).tone(1100, 500).silence(3000).run({.premium = true}) == "fax@5 ");
  CHECK(Scene().silence(200).tone(2100, 3000).run() == "machine@5 ");
}

TEST_CASE("amd: thresholds are obeyed") {
  Scene scene;
  scene.silence(100).word(200).silence(100).word(200).silence(100).word(200).silence(2000);
  CHECK(scene.run({.maximum_words = 2}).starts_with("machine@8"));
  CHECK(scene.run({.after_greeting_silence = 300ms}) == "human@12 ");
  CHECK(scene.run({.silence_threshold = 20000}).starts_with("notsure") == false);
}

TEST_CASE("tone detector: beeps over the whole band are heard, speech and noise are not") {
  for (double hz = 400; hz <= 2000; hz += 37) {
    if (std::abs(hz - 1100) < 40) continue;
    CAPTURE(hz);
    ToneDetector detector;
    int beeps = 0;
    const auto tone = sine(8000, hz, 160 * 12, 3000);
    const std::vector<int16_t> quiet(160);
    for (size_t at = 0; at < tone.size(); at += 160) {
      CHECK_FALSE(detector.feed(std::span(tone).subspan(at, 160)));
    }
    for (int n = 0; n < 4; ++n) {
      if (detector.feed(quiet) == SteadyTone::Beep) ++beeps;
    }
    CHECK(beeps == 1);
  }
  ToneDetector detector;
  SeededRandom random(5);
  for (int n = 0; n < 500; ++n) {
    std::vector<int16_t> noise(160);
    for (auto& s : noise) s = static_cast<int16_t>(static_cast<int>(random.below(8000)) - 4000);
    CHECK_FALSE(detector.feed(noise));
  }
}

}  // namespace
}  // namespace tandem::media
