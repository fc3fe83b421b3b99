// What protecting and opening a packet costs, by suite and payload.
#include <vector>

#include <benchmark/benchmark.h>

#include "telephony/rtp/packet.h"
#include "telephony/rtp/srtp.h"

namespace tandem::rtp {
namespace {

std::vector<uint8_t> packet(size_t payload) {
  std::vector<uint8_t> out(kHeaderBytes + payload + kMaxSrtpGrowthBytes);
  write_header(out, {.ssrc = 1});
  return out;
}

void label(benchmark::State& state, SrtpSuite suite) {
  state.SetLabel(std::string(facts(suite).name));
}

void protect(benchmark::State& state) {
  const auto suite = static_cast<SrtpSuite>(state.range(0));
  label(state, suite);
  SeededRandom random(1);
  SrtpSender sender(SrtpKey::generate(suite, random));
  const auto payload = static_cast<size_t>(state.range(1));
  auto buffer = packet(payload);
  uint16_t sequence = 0;
  for (auto _ : state) {
    rewrite_header(buffer, {.sequence = sequence++, .ssrc = 1});
    benchmark::DoNotOptimize(sender.protect(buffer, kHeaderBytes + payload));
  }
}
BENCHMARK(protect)->ArgsProduct({{0, 1, 4, 5}, {80, 160, 1200}});

/// Packets are protected in the same loop, so subtract protect's time.
void protect_and_open(benchmark::State& state) {
  const auto suite = static_cast<SrtpSuite>(state.range(0));
  label(state, suite);
  SeededRandom random(1);
  const SrtpKey key = SrtpKey::generate(suite, random);
  SrtpSender sender(key);
  SrtpReceiver receiver(key);
  const auto payload = static_cast<size_t>(state.range(1));
  auto buffer = packet(payload);
  uint16_t sequence = 0;
  for (auto _ : state) {
    rewrite_header(buffer, {.sequence = sequence++, .ssrc = 1});
    const size_t bytes = sender.protect(buffer, kHeaderBytes + payload);
    benchmark::DoNotOptimize(receiver.unprotect(std::span(buffer).first(bytes)));
  }
}
BENCHMARK(protect_and_open)->ArgsProduct({{0, 4}, {160}});

}  // namespace
}  // namespace tandem::rtp

BENCHMARK_MAIN();
