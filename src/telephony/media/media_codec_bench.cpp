// What 20 ms of audio cost in each codec and in each part of the engine that works on samples.
#include <vector>

#include <benchmark/benchmark.h>

#include "telephony/media/amd.h"
#include "telephony/media/audio_receiver.h"
#include "telephony/media/codec.h"
#include "telephony/media/dtmf_tone.h"
#include "telephony/media/resampler.h"
#include "telephony/media/test_audio.h"
#include "telephony/media/tone.h"

namespace tandem::media {
namespace {

constexpr CodecKind kKinds[] = {CodecKind::Pcmu, CodecKind::Pcma, CodecKind::G722, CodecKind::Opus,
                                CodecKind::L16};

void encode(benchmark::State& state) {
  const CodecFormat format = CodecFormat::standard(kKinds[state.range(0)]);
  state.SetLabel(std::string(codec_name(format.kind)));
  const auto encoder = make_encoder(format);
  const auto tone = sine(encoder->rate(), 300, frame_samples(encoder->rate()));
  uint8_t payload[kMaxPayloadBytes];
  for (auto _ : state) benchmark::DoNotOptimize(encoder->encode(tone, payload));
}
BENCHMARK(encode)->DenseRange(0, 4);

void decode(benchmark::State& state) {
  const CodecFormat format = CodecFormat::standard(kKinds[state.range(0)]);
  state.SetLabel(std::string(codec_name(format.kind)));
  const auto encoder = make_encoder(format);
  const auto decoder = make_decoder(format);
  const auto tone = sine(encoder->rate(), 300, frame_samples(encoder->rate()));
  uint8_t payload[kMaxPayloadBytes];
  const size_t bytes = encoder->encode(tone, payload);
  int16_t out[kMaxPayloadSamples];
  for (auto _ : state) benchmark::DoNotOptimize(decoder->decode({payload, bytes}, out));
}
BENCHMARK(decode)->DenseRange(0, 4);

/// Jitter buffer, decoder and concealment of a G.711 leg.
void receive(benchmark::State& state) {
  PacketPool pool;
  AudioReceiver receiver(pool, {CodecFormat::standard(CodecKind::Pcmu)}, std::nullopt);
  const std::vector<uint8_t> payload(160, 0x55);
  rtp::Packet packet;
  packet.payload = payload;
  Frame frame;
  int64_t now = 0;
  for (auto _ : state) {
    receiver.put(packet, now);
    benchmark::DoNotOptimize(receiver.pull(frame));
    ++packet.sequence;
    packet.timestamp += 160;
    now += 20'000;
  }
}
BENCHMARK(receive);

void resample_up(benchmark::State& state) {
  Resampler resampler(8000, 16000);
  const auto tone = sine(8000, 300, 160);
  int16_t out[320];
  for (auto _ : state) benchmark::DoNotOptimize(resampler.process(tone, out));
}
BENCHMARK(resample_up);

void make_tone(benchmark::State& state) {
  TonePlayer player(*ringback_tone("us"));
  int16_t out[160];
  for (auto _ : state) benchmark::DoNotOptimize(player.fill(out, 8000));
}
BENCHMARK(make_tone);

void hear_keys(benchmark::State& state) {
  DtmfDetector detector;
  const auto tone = sine(8000, 300, 160);
  for (auto _ : state) benchmark::DoNotOptimize(detector.feed(tone));
}
BENCHMARK(hear_keys);

void detect_answer(benchmark::State& state) {
  const auto tone = sine(8000, 300, 160);
  AnswerDetector detector({.total_analysis = std::chrono::hours(1000),
                           .greeting = std::chrono::hours(1000),
                           .maximum_word_length = std::chrono::hours(1000)});
  for (auto _ : state) benchmark::DoNotOptimize(detector.feed(tone));
}
BENCHMARK(detect_answer);

}  // namespace
}  // namespace tandem::media

BENCHMARK_MAIN();
