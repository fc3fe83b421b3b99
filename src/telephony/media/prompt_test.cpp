#include "telephony/media/prompt.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telephony/media/audio.h"
#include "telephony/media/g711.h"
#include "telephony/media/mp3.h"
#include "telephony/media/noise.h"
#include "telephony/media/test_audio.h"
#include "telephony/media/wav.h"

namespace tandem::media {
namespace {

using Bytes = std::vector<uint8_t>;

void put(Bytes& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}
void put(Bytes& out, const std::string& tag) { out.insert(out.end(), tag.begin(), tag.end()); }

Bytes wav(uint16_t code, uint16_t channels, uint32_t rate, uint16_t bits, const Bytes& data) {
  Bytes out;
  put(out, "RIFF");
  put(out, static_cast<uint32_t>(36 + data.size()), 4);
  put(out, "WAVEfmt ");
  put(out, 16, 4);
  put(out, code, 2);
  put(out, channels, 2);
  put(out, rate, 4);
  put(out, rate * channels * bits / 8, 4);
  put(out, channels * bits / 8U, 2);
  put(out, bits, 2);
  put(out, "data");
  put(out, static_cast<uint32_t>(data.size()), 4);
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

Bytes mp3(uint32_t rate, uint16_t channels, double seconds) {
  auto tone = sine(rate, 440.0, static_cast<size_t>(rate * seconds));
  std::vector<int16_t> interleaved;
  for (const int16_t s : tone) interleaved.insert(interleaved.end(), channels, s);
  Mp3Encoder encoder(rate, channels);
  Bytes out;
  encoder.encode(interleaved, out);
  encoder.finish(out);
  const auto frame = encoder.length_frame();
  REQUIRE(!frame.empty());
  REQUIRE(frame.size() <= out.size());
  std::copy(frame.begin(), frame.end(), out.begin());
  return out;
}

TEST_CASE("wav: every encoding gives the same tone") {
  const auto tone = sine(8000, 440.0, 8000);
  Bytes pcm8, pcm16, pcm24, pcm32, mu, a, stereo;
  for (const int16_t s : tone) {
    const auto bits = static_cast<uint16_t>(s);
    pcm8.push_back(static_cast<uint8_t>(s / 256 + 128));
    put(pcm16, bits, 2);
    put(pcm24, static_cast<uint32_t>(bits) << 8, 3);
    put(pcm32, static_cast<uint32_t>(bits) << 16, 4);
    mu.push_back(linear_to_mu_law(s));
    a.push_back(linear_to_a_law(s));
    put(stereo, bits, 2);
    put(stereo, bits, 2);
  }
  const Bytes files[] = {wav(1, 1, 8000, 8, pcm8),   wav(1, 1, 8000, 16, pcm16),
                         wav(1, 1, 8000, 24, pcm24), wav(1, 1, 8000, 32, pcm32),
                         wav(7, 1, 8000, 8, mu),     wav(6, 1, 8000, 8, a),
                         wav(1, 2, 8000, 16, stereo)};
  for (const Bytes& file : files) {
    CAPTURE(file.size());
    const auto prompt = decode_audio(file);
    REQUIRE(prompt);
    CHECK(prompt->rate == 8000);
    CHECK(prompt->samples.size() == 8000);
    CHECK(prompt->duration() == std::chrono::seconds(1));
    CHECK(purity(prompt->samples, 8000, 440.0) > 0.99);
  }
}

TEST_CASE("wav: other rates are brought to the engine's") {
  Bytes data;
  for (const int16_t s : sine(44100, 440.0, 44100)) put(data, static_cast<uint16_t>(s), 2);
  const auto prompt = decode_audio(wav(1, 1, 44100, 16, data));
  REQUIRE(prompt);
  CHECK(prompt->rate == kWideRateHz);
  CHECK(prompt->samples.size() == 16000);
  CHECK(purity(prompt->samples, 16000, 440.0) > 0.99);
}

TEST_CASE("wav: other chunks are stepped over, an unknown length means the rest") {
  Bytes file = wav(1, 1, 8000, 16, Bytes(320, 1));
  Bytes list;
  put(list, "LIST");
  put(list, 5, 4);
  list.insert(list.end(), 6, 0);
  file.insert(file.begin() + 12, list.begin(), list.end());
  const size_t length_at = file.size() - 320 - 4;
  for (const uint8_t fill : {uint8_t{0xFF}, uint8_t{0x00}}) {
    std::fill_n(file.begin() + static_cast<ptrdiff_t>(length_at), 4, fill);
    const auto prompt = decode_audio(file);
    REQUIRE(prompt);
    CHECK(prompt->samples.size() == 160);
  }
}

TEST_CASE("wav: what we write is what we read") {
  const auto header = wav_header(16000, 2, 640);
  Bytes file(header.begin(), header.end());
  file.resize(file.size() + 640, 3);
  const auto raw = decode_wav(file);
  REQUIRE(raw);
  CHECK(raw->rate == 16000);
  CHECK(raw->channels == 2);
  CHECK(raw->samples.size() == 320);
}

TEST_CASE("wav: files that lie are refused") {
  const Bytes data(320, 1);
  Bytes short_data = wav(1, 1, 8000, 16, data);
  short_data.pop_back();
  Bytes no_data = wav(1, 1, 8000, 16, {});
  Bytes headless = wav(1, 1, 8000, 16, data);
  headless.erase(headless.begin() + 12, headless.begin() + 36);
  Bytes huge_chunk = wav(1, 1, 8000, 16, data);
  huge_chunk[16] = 0xFF;
  huge_chunk[19] = 0x7F;
  const Bytes rows[] = {
      {},
      Bytes(100, 0),
      Bytes{'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E'},
      short_data,
      no_data,
      headless,
      huge_chunk,
      wav(1, 0, 8000, 16, data),
      wav(1, 99, 8000, 16, data),
      wav(1, 1, 0, 16, data),
      wav(1, 1, 999'999, 16, data),
      wav(1, 1, 8000, 12, data),
      wav(3, 1, 8000, 32, data),
      wav(7, 1, 8000, 16, data),
      wav(2, 1, 8000, 4, data),
      wav(0xFFFE, 1, 8000, 16, data),
      wav(1, 1, 1000, 8, Bytes(1000 * 60 * 31, 128)),
  };
  for (const Bytes& row : rows) {
    CAPTURE(row.size());
    CHECK_FALSE(decode_audio(row));
  }
}

TEST_CASE("mp3: what lame writes is heard, at both rates, mono and stereo") {
  for (const uint32_t rate : {kNarrowRateHz, kWideRateHz}) {
    for (const uint16_t channels : {uint16_t{1}, uint16_t{2}}) {
      CAPTURE(rate);
      CAPTURE(channels);
      const auto prompt = decode_audio(mp3(rate, channels, 2.0));
      REQUIRE(prompt);
      CHECK(prompt->rate == rate);
      CHECK(prompt->duration().count() == doctest::Approx(2000).epsilon(0.08));
      const auto middle = std::span(prompt->samples).subspan(rate / 2, rate);
      CHECK(purity(middle, rate, 440.0) > 0.98);
      CHECK(mean_level(middle) == doctest::Approx(8000 * 2 / 3.14159).epsilon(0.08));
    }
  }
}

TEST_CASE("mp3: truncated, damaged and other files are refused") {
  Bytes good = mp3(16000, 1, 3.0);
  Bytes half(good.begin(), good.begin() + static_cast<ptrdiff_t>(good.size() / 2));
  CHECK_FALSE(decode_audio(half));
  CHECK_FALSE(decode_audio(Bytes(good.begin(), good.begin() + 100)));
  CHECK_FALSE(decode_audio(Bytes{'I', 'D', '3', 4, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F}));
  Bytes html(20'000, '<');
  CHECK_FALSE(decode_audio(html));
  std::fill(good.begin() + 500, good.end(), uint8_t{0});
  CHECK_FALSE(decode_audio(good));
}

}  // namespace
}  // namespace tandem::media
