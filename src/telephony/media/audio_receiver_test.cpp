#include "telephony/media/audio_receiver.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/media/g711.h"
#include "telephony/media/test_audio.h"

namespace tandem::media {
namespace {

constexpr int64_t kFrameMicros = 20'000;

rtp::Packet packet_of(uint16_t sequence, uint32_t timestamp, std::span<const uint8_t> payload,
                      uint8_t type = 0) {
  rtp::Packet packet;
  packet.payload_type = type;
  packet.sequence = sequence;
  packet.timestamp = timestamp;
  packet.payload = payload;
  return packet;
}

/// A sender of a mu-law tone, a receiver, and the network between them in simulated time.
class Line {
 public:
  explicit Line(double sender_speed = 1.0)
      : speed_(sender_speed),
        receiver_(pool_, {CodecFormat::standard(CodecKind::Pcmu)}, kComfortNoiseType) {}

  /// Packet `n` arrives `late` microseconds after it was due.
  void send(int n, int64_t late = 0) {
    const auto tone = sine(8000, 400.0, 160);
    std::vector<uint8_t> payload(160);
    std::transform(tone.begin(), tone.end(), payload.begin(), linear_to_mu_law);
    arrivals_.push_back({static_cast<int64_t>(n * kFrameMicros / speed_) + late, n, payload});
  }

  /// Plays `frames` frames and counts those that were silent.
  int play(int frames) {
    std::stable_sort(arrivals_.begin(), arrivals_.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    int silent = 0;
    for (int n = 0; n < frames; ++n, now_ += kFrameMicros) {
      while (next_ < arrivals_.size() && arrivals_[next_].at <= now_) {
        const auto& arrival = arrivals_[next_++];
        receiver_.put(packet_of(static_cast<uint16_t>(65530 + arrival.n),
                                static_cast<uint32_t>(arrival.n) * 160, arrival.payload),
                      arrival.at);
      }
      Frame frame;
      receiver_.pull(frame);
      if (mean_level(frame.span()) < 100) ++silent;
      deepest_ = std::max(deepest_, receiver_.buffer().depth().count());
    }
    return silent;
  }

  AudioReceiver& receiver() { return receiver_; }
  const JitterBuffer::Counters& counters() const { return receiver_.buffer().counters(); }
  int64_t deepest() const { return deepest_; }

 private:
  struct Arrival {
    int64_t at;
    int n;
    std::vector<uint8_t> payload;
  };
  double speed_;
  PacketPool pool_;
  AudioReceiver receiver_;
  std::vector<Arrival> arrivals_;
  size_t next_ = 0;
  int64_t now_ = 0;
  int64_t deepest_ = 0;
};

TEST_CASE("receiver: an even stream plays without a gap after its start") {
  Line line;
  for (int n = 0; n < 200; ++n) line.send(n);
  CHECK(line.play(10) <= 3);
  CHECK(line.play(180) == 0);
  CHECK(line.counters().lost == 0);
  CHECK(line.counters().late == 0);
  CHECK(line.receiver().buffer().target() <= std::chrono::milliseconds(40));
}

TEST_CASE("receiver: swapped packets are put right, lost ones are hidden") {
  Line line;
  for (int n = 0; n < 200; ++n) {
    if (n % 20 == 7) continue;
    line.send(n, n % 10 == 4 ? 25'000 : 0);
  }
  line.play(10);
  CHECK(line.play(180) == 0);
  CHECK(line.counters().lost == doctest::Approx(9).epsilon(0.2));
  CHECK(line.counters().late == 0);
}

TEST_CASE("receiver: it waits longer on an uneven network, and no longer than needed") {
  SeededRandom random(1);
  Line line;
  for (int n = 0; n < 1000; ++n) line.send(n, static_cast<int64_t>(random.below(80'000)));
  line.play(300);
  const auto before = line.counters();
  const int silent = line.play(690);
  CHECK(silent <= 10);
  CHECK(line.counters().underruns - before.underruns <= 10);
  CHECK(line.receiver().buffer().target() >= std::chrono::milliseconds(80));
  CHECK(line.receiver().buffer().target() <= std::chrono::milliseconds(120));
  CHECK(line.deepest() <= 220);
}

TEST_CASE("receiver: a sender with a fast clock does not pile up, a slow one does not starve") {
  Line fast(1.01);
  for (int n = 0; n < 6000; ++n) fast.send(n);
  fast.play(5800);
  CHECK(fast.deepest() < 200);
  CHECK(fast.counters().overflown == 0);
  Line slow(0.99);
  for (int n = 0; n < 3000; ++n) slow.send(n);
  CHECK(slow.play(2900) < 150);
}

TEST_CASE("receiver: silence after the end, and a burst after a stall keeps the newest") {
  Line line;
  for (int n = 0; n < 50; ++n) line.send(n);
  line.play(60);
  CHECK(line.play(20) == 20);
  for (int n = 80; n < 180; ++n) line.send(n, (180 - n) * kFrameMicros);
  line.play(101);
  CHECK(line.counters().overflown > 60);
  CHECK(line.deepest() <= 640);
  CHECK(line.play(5) == 0);
}

TEST_CASE("receiver: telephone events in the sequence are not heard as losses") {
  Line line;
  for (int n = 0; n < 40; ++n) {
    if (n < 20 || n >= 30) line.send(n);
  }
  line.play(15);
  for (int n = 20; n < 30; ++n) line.receiver().skip(static_cast<uint16_t>(65530 + n));
  line.play(25);
  CHECK(line.counters().lost == 0);
}

TEST_CASE("receiver: comfort noise is made until audio comes back") {
  PacketPool pool;
  AudioReceiver receiver(pool, {CodecFormat::standard(CodecKind::Pcmu)}, kComfortNoiseType);
  const std::vector<uint8_t> audio(160, 0x20);
  const uint8_t level[] = {40};
  Frame frame;
  for (uint16_t n = 0; n < 5; ++n) receiver.put(packet_of(n, n * 160U, audio), n * kFrameMicros);
  receiver.put(packet_of(5, 800, level, kComfortNoiseType), 5 * kFrameMicros);
  for (int n = 0; n < 10; ++n) receiver.pull(frame);
  CHECK(receiver.pull(frame));
  CHECK(mean_level(frame.span()) > 100);
  CHECK(mean_level(frame.span()) < 600);
}

TEST_CASE("receiver: packets of other lengths, codecs and types") {
  PacketPool pool;
  CodecFormat g722 = CodecFormat::standard(CodecKind::G722);
  AudioReceiver receiver(pool, {CodecFormat::standard(CodecKind::Pcmu), g722}, std::nullopt);
  CHECK(receiver.rate() == kNarrowRateHz);
  const std::vector<uint8_t> long_audio(480, 0x20);
  for (uint16_t n = 0; n < 4; ++n) receiver.put(packet_of(n, n * 480U, long_audio), n * 60'000);
  Frame frame;
  int loud = 0;
  for (int n = 0; n < 12; ++n) {
    receiver.pull(frame);
    if (mean_level(frame.span()) > 1000) ++loud;
  }
  CHECK(loud == 12);
  for (uint16_t n = 4; n < 8; ++n) {
    receiver.put(packet_of(n, 1920U + (n - 4U) * 160U, std::vector<uint8_t>(160, 0), 9), 240'000);
  }
  for (int n = 0; n < 4; ++n) receiver.pull(frame);
  CHECK(frame.rate == kWideRateHz);
  receiver.put(packet_of(8, 2560, long_audio, 77), 320'000);
  for (int n = 0; n < 4; ++n) receiver.pull(frame);
  CHECK(receiver.rate() == kWideRateHz);
}

TEST_CASE("receiver: a sender that starts over is followed") {
  Line line;
  for (int n = 0; n < 30; ++n) line.send(n);
  line.play(40);
  for (int n = 5000; n < 5030; ++n) line.send(n, (40 - 5000) * kFrameMicros);
  line.play(6);
  CHECK(line.play(20) == 0);
}

}  // namespace
}  // namespace tandem::media
