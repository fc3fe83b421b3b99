// Resampling, concealment, noise, tones and tone detection: what is done to samples.
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telephony/media/concealment.h"
#include "telephony/media/dtmf_event.h"
#include "telephony/media/dtmf_tone.h"
#include "telephony/media/noise.h"
#include "telephony/media/resampler.h"
#include "telephony/media/test_audio.h"
#include "telephony/media/tone.h"

namespace tandem::media {
namespace {

TEST_CASE("resampler: frames keep their length and their tone both ways") {
  for (const auto& [from, to] : {std::pair{8000U, 16000U}, {16000U, 8000U}}) {
    CAPTURE(from);
    const auto tone = sine(from, 440.0, frame_samples(from) * 20);
    Resampler resampler(from, to);
    std::vector<int16_t> out;
    int16_t block[kMaxFrameSamples + 1];
    for (size_t at = 0; at < tone.size(); at += frame_samples(from)) {
      const size_t made =
          resampler.process(std::span(tone).subspan(at, frame_samples(from)), block);
      CHECK(made == frame_samples(to));
      out.insert(out.end(), block, block + made);
    }
    CHECK(purity(std::span(out).subspan(frame_samples(to) * 2), to, 440.0) > 0.99);
  }
}

TEST_CASE("resampler: a whole recording keeps its duration") {
  const auto out = resample(sine(44100, 1000.0, 44100), 44100, 8000);
  CHECK(out.size() == 8000);
  CHECK(purity(out, 8000, 1000.0) > 0.99);
  CHECK(resample({}, 44100, 8000).empty());
  CHECK(resample(sine(8000, 100, 10), 8000, 8000).size() == 10);
}

TEST_CASE("converter: the same rate costs nothing, the other is converted") {
  Frame frame;
  frame.samples.fill(100);
  FrameConverter converter;
  CHECK(&converter.at(kNarrowRateHz, frame) == &frame);
  CHECK(converter.at(kWideRateHz, frame).rate == kWideRateHz);
}

TEST_CASE("concealment: a lost frame of a tone continues it, a long loss fades to silence") {
  for (const uint32_t rate : {kNarrowRateHz, kWideRateHz}) {
    CAPTURE(rate);
    const size_t frame = frame_samples(rate);
    auto tone = sine(rate, 200.0, frame * 10);
    Concealer concealer(rate);
    for (size_t n = 0; n < 5; ++n) concealer.good(std::span(tone).subspan(n * frame, frame));
    std::vector<int16_t> lost(frame);
    concealer.conceal(lost);
    CHECK(purity(std::span(lost).first(frame / 2), rate, 200.0) > 0.95);
    CHECK(mean_level(std::span(lost).first(frame / 2)) > 4000);
    for (int n = 0; n < 3; ++n) concealer.conceal(lost);
    CHECK(mean_level(lost) == 0);
    concealer.good(std::span(tone).subspan(6 * frame, frame));
    CHECK(mean_level(std::span(tone).subspan(6 * frame, frame)) > 3500);
  }
}

TEST_CASE("concealment: before anything was heard it is silent") {
  Concealer concealer(kNarrowRateHz);
  int16_t out[160];
  concealer.conceal(out);
  CHECK(mean_level(out) == 0);
}

TEST_CASE("noise: comfort noise has the level that was announced") {
  NoiseGenerator noise;
  for (const uint8_t level : {uint8_t{30}, uint8_t{50}, uint8_t{70}}) {
    noise.set_level(level);
    std::vector<int16_t> out(16000);
    noise.fill(out);
    double power = 0;
    for (const int16_t s : out) power += double{static_cast<double>(s)} * s;
    const double dbov = 10.0 * std::log10(power / 16000.0 / (32768.0 * 32768.0));
    CHECK(dbov == doctest::Approx(-level).epsilon(0.04));
  }
  uint8_t payload[1];
  CHECK(write_comfort_noise(payload, 200) == 1);
  CHECK(read_comfort_noise(payload) == 127);
  CHECK_FALSE(read_comfort_noise({}));
  payload[0] = 128;
  CHECK_FALSE(read_comfort_noise(payload));
}

TEST_CASE("tone: every key is heard by the detector, at both rates") {
  for (const uint32_t rate : {kNarrowRateHz, kWideRateHz}) {
    DtmfDetector detector;
    FrameConverter converter;
    std::string heard;
    for (uint8_t code = 0; code < 16; ++code) {
      TonePlayer tone(dtmf_tone(code, 100));
      for (int n = 0; n < 10; ++n) {
        Frame frame;
        frame.silence(rate);
        tone.fill(frame.span(), rate);
        if (const auto digit = detector.feed(converter.at(kNarrowRateHz, frame).span())) {
          heard += *digit;
        }
      }
    }
    CHECK(heard == "0123456789*#ABCD");
  }
}

TEST_CASE("tone: speech-like sound and silence are no digits") {
  DtmfDetector detector;
  auto sound = sine(8000, 697.0, 16000);
  for (size_t at = 0; at + 160 <= sound.size(); at += 160) {
    CHECK_FALSE(detector.feed(std::span(sound).subspan(at, 160)));
  }
}

TEST_CASE("tone: cadences follow the table and repeat") {
  const auto tone = ringback_tone("uk");
  REQUIRE(tone);
  TonePlayer player(*tone);
  std::vector<int16_t> out(8000 * 6);
  REQUIRE(player.fill(out, 8000) == out.size());
  const auto level = [&](size_t ms) { return mean_level(std::span(out).subspan(ms * 8, 160)); };
  for (const size_t start : {size_t{0}, size_t{3000}}) {
    CHECK(level(start + 100) > 1000);
    CHECK(level(start + 450) == 0);
    CHECK(level(start + 700) > 1000);
    CHECK(level(start + 2000) == 0);
  }
  const auto us = busy_tone("us");
  REQUIRE(us);
  CHECK(us->segments[0].second_hz == 620);
  CHECK_FALSE(ringback_tone("atlantis"));
}

TEST_CASE("tone: every country of the API rings and is busy") {
  for (const char* country :
       {"at", "au", "be", "bg", "br", "ch", "cl", "cn", "cz",     "de", "dk", "ee", "es", "fi",
        "fr", "gr", "hu", "il", "in", "it", "jp", "lt", "mx",     "my", "nl", "no", "nz", "ph",
        "pl", "pt", "ru", "se", "sg", "th", "tw", "uk", "us-old", "us", "ve", "za"}) {
    CAPTURE(country);
    CHECK(ringback_tone(country));
    CHECK(busy_tone(country));
  }
}

TEST_CASE("tone: a beep ends and says so") {
  TonePlayer player(beep_tone(50));
  int16_t out[160];
  CHECK(player.fill(out, 8000) == 160);
  CHECK(player.fill(out, 8000) == 160);
  CHECK(player.fill(out, 8000) == 80);
  CHECK(player.fill(out, 8000) == 0);
  TonePlayer empty(Tone{});
  CHECK(empty.fill(out, 8000) == 0);
}

}  // namespace
}  // namespace tandem::media
