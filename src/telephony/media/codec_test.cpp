#include "telephony/media/codec.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>
#include <spandsp.h>

#include "telephony/media/audio.h"
#include "telephony/media/g711.h"
#include "telephony/media/test_audio.h"

namespace tandem::media {
namespace {

TEST_CASE("g711: decoding agrees with spandsp for every code") {
  for (int code = 0; code < 256; ++code) {
    CHECK(mu_law_to_linear(static_cast<uint8_t>(code)) ==
          ulaw_to_linear(static_cast<uint8_t>(code)));
    CHECK(a_law_to_linear(static_cast<uint8_t>(code)) ==
          alaw_to_linear(static_cast<uint8_t>(code)));
  }
}

TEST_CASE("g711: a decoded code encodes to itself") {
  for (int i = 0; i < 256; ++i) {
    const auto code = static_cast<uint8_t>(i);
    CHECK(linear_to_a_law(a_law_to_linear(code)) == code);
    // The law has two zeros; the positive one is sent.
    const uint8_t expected = code == 0x7F ? 0xFF : code;
    CHECK(linear_to_mu_law(mu_law_to_linear(code)) == expected);
  }
}

TEST_CASE("g711: every sample lands within half a step of itself") {
  for (int sample = -32768; sample <= 32767; sample += 7) {
    const auto in = static_cast<int16_t>(sample);
    const int room = std::abs(sample) / 16 + 8;
    // Above the last step both laws clip.
    const int clipped_mu = std::clamp(sample, -32124, 32124);
    CHECK(std::abs(mu_law_to_linear(linear_to_mu_law(in)) - clipped_mu) <= room);
    CHECK(std::abs(a_law_to_linear(linear_to_a_law(in)) - sample) <= room);
  }
  CHECK(linear_to_mu_law(0) == kMuLawSilence);
  CHECK(linear_to_a_law(0) == kALawSilence);
}

TEST_CASE("codec: a tone survives each codec") {
  const CodecKind kinds[] = {CodecKind::Pcmu, CodecKind::Pcma, CodecKind::G722, CodecKind::Opus,
                             CodecKind::L16};
  for (const CodecKind kind : kinds) {
    CAPTURE(codec_name(kind));
    const CodecFormat format = CodecFormat::standard(kind);
    const auto encoder = make_encoder(format);
    const auto decoder = make_decoder(format);
    REQUIRE(encoder);
    REQUIRE(decoder);
    CHECK(encoder->rate() == audio_rate(format));
    CHECK(decoder->rate() == audio_rate(format));
    const size_t frame = frame_samples(encoder->rate());
    const auto tone = sine(encoder->rate(), 600.0, frame * 30);
    std::vector<int16_t> heard;
    uint8_t payload[kMaxPayloadBytes];
    int16_t out[kMaxPayloadSamples];
    for (size_t at = 0; at < tone.size(); at += frame) {
      const size_t bytes = encoder->encode(std::span(tone).subspan(at, frame), payload);
      REQUIRE(bytes > 0);
      const size_t samples = decoder->decode({payload, bytes}, out);
      REQUIRE(samples == frame);
      heard.insert(heard.end(), out, out + samples);
    }
    const auto settled = std::span(heard).subspan(frame * 10);
    CHECK(purity(settled, encoder->rate(), 600.0) > 0.97);
  }
}

TEST_CASE("codec: payloads that hold too much or nonsense give nothing") {
  for (const CodecKind kind : {CodecKind::Pcmu, CodecKind::G722, CodecKind::Opus, CodecKind::L16}) {
    CAPTURE(codec_name(kind));
    const auto decoder = make_decoder(CodecFormat::standard(kind));
    int16_t out[kMaxPayloadSamples];
    const std::vector<uint8_t> flood(2 * kMaxPayloadSamples + 2, 0xFF);
    CHECK(decoder->decode(flood, out) == 0);
    CHECK(decoder->decode({}, out) == 0);
  }
  int16_t out[kMaxPayloadSamples];
  CHECK(make_decoder(CodecFormat::standard(CodecKind::L16))->decode(std::vector<uint8_t>(3), out) ==
        0);
}

TEST_CASE("codec: opus brings back a lost frame from the next and conceals without it") {
  CodecFormat format = CodecFormat::standard(CodecKind::Opus);
  const auto encoder = make_encoder(format);
  const auto decoder = make_decoder(format);
  const auto tone = sine(kWideRateHz, 300.0, 320 * 20);
  uint8_t payload[kMaxPayloadBytes];
  int16_t out[kMaxPayloadSamples];
  for (size_t n = 0; n < 20; ++n) {
    const size_t bytes = encoder->encode(std::span(tone).subspan(n * 320, 320), payload);
    if (n == 10) continue;
    if (n == 11) {
      CHECK(decoder->recover({payload, bytes}, out) == 320);
    }
    CHECK(decoder->decode({payload, bytes}, out) == 320);
  }
  CHECK(decoder->conceal(std::span(out, 320)) == 320);
}

TEST_CASE("codec: names and facts") {
  CHECK(codec_kind("pcmu") == CodecKind::Pcmu);
  CHECK(codec_kind("AMR-WB") == CodecKind::AmrWb);
  CHECK_FALSE(codec_kind("PCM"));
  CHECK_FALSE(codec_kind(""));
  CHECK_FALSE(can_transcode(CodecKind::G729));
  CHECK(make_decoder(CodecFormat::standard(CodecKind::G729)) == nullptr);
  CHECK(make_encoder(CodecFormat::standard(CodecKind::AmrWb)) == nullptr);
  CodecFormat narrow = CodecFormat::standard(CodecKind::L16);
  narrow.clock_rate = 8000;
  CHECK(audio_rate(narrow) == 8000);
  CHECK_FALSE(same_payload(narrow, CodecFormat::standard(CodecKind::L16)));
  CodecFormat moved = CodecFormat::standard(CodecKind::Opus);
  moved.receive_type = 111;
  CHECK(same_payload(moved, CodecFormat::standard(CodecKind::Opus)));
}

}  // namespace
}  // namespace tandem::media
