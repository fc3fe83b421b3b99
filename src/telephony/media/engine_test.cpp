#include "telephony/media/engine.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "telephony/media/dtmf_tone.h"
#include "telephony/media/noise.h"
#include "telephony/media/test_phone.h"
#include "telephony/media/wav.h"

namespace tandem::media {
namespace {

using namespace std::chrono_literals;

/// Notes every event as a line, and lets a test wait for one.
class Notes final : public Listener {
 public:
  void on_media_started(LegId leg) override { note("media " + std::to_string(leg)); }
  void on_media_timeout(LegId leg) override { note("timeout " + std::to_string(leg)); }
  void on_digit(LegId leg, char digit, std::chrono::milliseconds) override {
    note("digit " + std::to_string(leg) + " " + digit);
  }
  void on_digits_sent(LegId leg) override { note("sent " + std::to_string(leg)); }
  void on_play_started(LegId, PlayId play) override { note("play " + std::to_string(play)); }
  void on_play_ended(LegId, PlayId play, PlayEnd end) override {
    static const std::string names[] = {"completed", "stopped", "closed", "failed"};
    note("end " + std::to_string(play) + " " + names[static_cast<size_t>(end)]);
  }
  void on_recording_ended(LegId, RecordingId id, const RecordingResult& result) override {
    {
      const std::lock_guard lock(mutex_);
      recording_ = result;
    }
    note("recording " + std::to_string(id));
  }
  void on_stream_frame(LegId, const StreamFrame& frame) override {
    const std::lock_guard lock(mutex_);
    auto& to = frame.track == Track::Inbound ? stream_in_ : stream_out_;
    to.insert(to.end(), frame.payload.begin(), frame.payload.end());
  }
  void on_stream_mark(LegId, StreamId, std::string_view name) override {
    note("mark " + std::string(name));
  }
  void on_amd_result(LegId, AmdResult result) override {
    note("amd " + std::to_string(static_cast<int>(result)));
  }
  void on_closed(LegId leg, const LegStats& stats) override {
    {
      const std::lock_guard lock(mutex_);
      stats_ = stats;
    }
    note("closed " + std::to_string(leg));
  }

  bool wait(const std::string& line) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [&] { return has(line); });
  }
  bool noted(const std::string& line) {
    const std::lock_guard lock(mutex_);
    return has(line);
  }
  RecordingResult recording() {
    const std::lock_guard lock(mutex_);
    return recording_;
  }
  LegStats stats() {
    const std::lock_guard lock(mutex_);
    return stats_;
  }
  std::vector<uint8_t> stream(Track track) {
    const std::lock_guard lock(mutex_);
    return track == Track::Inbound ? stream_in_ : stream_out_;
  }

 private:
  void note(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }
  bool has(const std::string& line) const {
    return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  RecordingResult recording_;
  LegStats stats_;
  std::vector<uint8_t> stream_in_;
  std::vector<uint8_t> stream_out_;
};

/// An engine, and phones that are connected to legs of it.
struct World {
  explicit World(size_t workers = 1)
      : engine({.workers = workers, .first_port = 30000, .last_port = 31999}, notes, metrics) {}

  LegId connect(Phone& phone) { return connect(phone, phone.settings()); }
  LegId connect(Phone& phone, const LegSettings& settings) {
    const auto leg = engine.open(*rtp::Endpoint::parse("127.0.0.1", 0));
    REQUIRE(leg);
    phone.call(leg->local);
    engine.configure(leg->id, settings);
    return leg->id;
  }
  /// Everything posted before has been done.
  void settle(LegId leg) {
    std::mutex mutex;
    std::condition_variable done;
    bool came = false;
    engine.query_stats(leg, [&](const LegStats&) {
      const std::lock_guard lock(mutex);
      came = true;
      done.notify_all();
    });
    std::unique_lock lock(mutex);
    REQUIRE(done.wait_for(lock, 5s, [&] { return came; }));
  }

  Notes notes;
  Metrics metrics;
  Engine engine;
};

std::shared_ptr<const Prompt> tone_prompt(double hz, uint32_t rate, int ms) {
  auto prompt = std::make_shared<Prompt>();
  prompt->rate = rate;
  prompt->samples = sine(rate, hz, static_cast<size_t>(ms) * rate / 1000);
  return prompt;
}

TEST_CASE("engine: bridged legs with one codec are relayed as they are") {
  World world;
  Phone a, b;
  const LegId left = world.connect(a);
  const LegId right = world.connect(b);
  world.engine.bridge(left, right);
  world.settle(left);
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b}, 400);
  CHECK(a.packets().size() >= 18);
  CHECK(b.packets().size() >= 18);
  CHECK(a.hears(1000) > 0.99);
  CHECK(b.hears(400) > 0.99);
  CHECK(a.in_sequence());
  CHECK(b.in_sequence());
  CHECK(b.packets()[0].packet.marker);
  CHECK_FALSE(b.packets()[1].packet.marker);
  CHECK(b.packets()[0].packet.ssrc != 0x1000U + a.local().port());
  world.engine.close(left);
  REQUIRE(world.notes.wait("closed " + std::to_string(left)));
  const LegStats stats = world.notes.stats();
  CHECK(stats.received_packets >= 18);
  CHECK(stats.sent_packets >= 18);
  CHECK(stats.lost_packets == 0);
  CHECK(stats.mos > 4.0);
  CHECK(world.engine.legs() == 1);
}

TEST_CASE("engine: payload types are translated, other codecs are transcoded") {
  CodecFormat opus111 = CodecFormat::standard(CodecKind::Opus);
  opus111.receive_type = opus111.send_type = 111;
  const struct {
    CodecFormat left, right;
  } rows[] = {
      {opus111, CodecFormat::standard(CodecKind::Opus)},
      {CodecFormat::standard(CodecKind::Pcmu), CodecFormat::standard(CodecKind::Pcma)},
      {CodecFormat::standard(CodecKind::G722), CodecFormat::standard(CodecKind::Pcmu)},
      {CodecFormat::standard(CodecKind::Opus), CodecFormat::standard(CodecKind::Pcma)},
      {CodecFormat::standard(CodecKind::L16), CodecFormat::standard(CodecKind::G722)},
  };
  for (const auto& row : rows) {
    CAPTURE(codec_name(row.left.kind));
    CAPTURE(codec_name(row.right.kind));
    World world;
    Phone a(row.left), b(row.right);
    const LegId left = world.connect(a);
    world.engine.bridge(left, world.connect(b));
    world.settle(left);
    a.talk(440);
    b.talk(660);
    talk_for({&a, &b}, 700);
    CHECK(a.hears(660) > 0.95);
    CHECK(b.hears(440) > 0.95);
    CHECK(a.in_sequence());
    CHECK(b.in_sequence());
    CHECK(b.packets().back().packet.payload_type == row.right.send_type);
  }
}

TEST_CASE("engine: a prompt is played in order, interrupts the bridge and gives it back") {
  World world;
  Phone a, b;
  const LegId left = world.connect(a);
  world.engine.bridge(left, world.connect(b));
  b.talk(1000);
  a.talk(300);
  talk_for({&a, &b}, 200);
  world.engine.play(left, 1, tone_prompt(500, 8000, 200));
  world.engine.play(left, 2, tone_prompt(700, 16000, 200), {.loops = 2});
  talk_for({&a, &b}, 160);
  CHECK(a.hears(500, 60) > 0.95);
  REQUIRE(world.notes.wait("play 1"));
  talk_for({&a, &b}, 240);
  CHECK(a.hears(700, 60) > 0.95);
  CHECK(b.hears(300) > 0.99);
  CHECK(world.notes.wait("end 1 completed"));
  CHECK(world.notes.wait("play 2"));
  talk_for({&a, &b}, 400);
  CHECK(world.notes.wait("end 2 completed"));
  CHECK(a.hears(1000, 100) > 0.95);
  CHECK(a.in_sequence());
}

TEST_CASE("engine: overlay mixes, stop ends, what comes later or never has its place") {
  World world;
  Phone a;
  const LegId leg = world.connect(a);
  world.engine.play(leg, 1, tone_prompt(500, 8000, 1000), {.loops = 0});
  world.engine.play(leg, 2, tone_prompt(1200, 8000, 1000), {.loops = 0, .overlay = true});
  talk_for({&a}, 300);
  CHECK(a.hears(500, 100) == doctest::Approx(0.5).epsilon(0.1));
  CHECK(a.hears(1200, 100) == doctest::Approx(0.5).epsilon(0.1));
  world.engine.stop_current(leg, true);
  CHECK(world.notes.wait("end 2 stopped"));
  world.engine.play_later(leg, 3);
  world.engine.play_later(leg, 4);
  world.engine.play_tone(leg, 5, *ringback_tone("us"));
  world.engine.stop_current(leg);
  CHECK(world.notes.wait("end 1 stopped"));
  a.forget();
  talk_for({&a}, 200);
  CHECK(mean_level(std::span(a.audio()).last(800)) == 0);
  world.engine.supply(leg, 3, nullptr);
  CHECK(world.notes.wait("end 3 failed"));
  world.engine.supply(leg, 4, tone_prompt(900, 8000, 100));
  CHECK(world.notes.wait("end 4 completed"));
  world.engine.stop_all(leg);
  CHECK(world.notes.wait("end 5 stopped"));
}

TEST_CASE("engine: keys are reported and reach the other side in its own way") {
  World world;
  Phone a, b;
  Phone c(CodecFormat::standard(CodecKind::Pcma));
  const LegId left = world.connect(a);
  const LegId right = world.connect(b);
  world.engine.bridge(left, right);
  a.talk(0.001);
  b.talk(0.001);
  c.talk(0.001);
  talk_for({&a, &b}, 100);
  a.press('5');
  talk_for({&a, &b}, 100);
  CHECK(world.notes.wait("digit " + std::to_string(left) + " 5"));
  CHECK(b.digits() == "5");

  LegSettings plain = c.settings();
  plain.events.reset();
  const LegId third = world.connect(c, plain);
  world.engine.bridge(left, third);
  talk_for({&a, &c}, 200);
  a.press('#');
  talk_for({&a, &c}, 400);
  DtmfDetector detector;
  std::string tones;
  for (size_t at = 0; at + 160 <= c.audio().size(); at += 160) {
    if (const auto d = detector.feed(std::span(c.audio()).subspan(at, 160))) tones += *d;
  }
  CHECK(tones == "#");
}

TEST_CASE("engine: digits are sent as events, keys in the audio are heard") {
  World world;
  Phone a;
  LegSettings settings = a.settings();
  const LegId leg = world.connect(a, settings);
  world.engine.send_digits(leg, "19w*", 100ms);
  talk_for({&a}, 1200);
  CHECK(world.notes.wait("sent " + std::to_string(leg)));
  CHECK(a.digits() == "19*");
  CHECK(a.in_sequence());

  Phone deaf;
  settings = deaf.settings();
  settings.events.reset();
  settings.detect_tones = true;
  const LegId echo = world.connect(deaf, settings);
  std::vector<int16_t> key(1600);
  TonePlayer tone(dtmf_tone(7, 100));
  tone.fill(key, 8000);
  const auto encoder = make_encoder(CodecFormat::standard(CodecKind::Pcmu));
  for (uint32_t n = 0; n < 10; ++n) {
    uint8_t payload[160];
    encoder->encode(std::span(key).subspan(n * 160, 160), payload);
    deaf.send(0, payload, n * 160);
    talk_for({&deaf}, 20);
  }
  CHECK(world.notes.wait("digit " + std::to_string(echo) + " 7"));
}

TEST_CASE("engine: a relayed call is recorded on two channels, with a beep") {
  const std::string path = std::filesystem::temp_directory_path() /
                           ("tandem-engine-" + std::to_string(getpid()) + ".wav");
  World world;
  Phone a, b;
  const LegId left = world.connect(a);
  world.engine.bridge(left, world.connect(b));
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b}, 100);
  world.engine.start_recording(left, 9, {.path = path, .dual = true, .beep = true});
  talk_for({&a, &b}, 300);
  CHECK(a.hears(1000, 100) > 0.9);
  talk_for({&a, &b}, 900);
  world.engine.stop_recording(left, 9);
  REQUIRE(world.notes.wait("recording 9"));
  const auto result = world.notes.recording();
  CHECK(result.error.empty());
  CHECK(result.duration > 500ms);
  CHECK(result.duration < 900ms);
  CHECK(b.packets().size() > 55);
  std::ifstream in(path, std::ios::binary);
  const std::vector<uint8_t> file{std::istreambuf_iterator<char>(in), {}};
  const auto raw = decode_wav(file);
  REQUIRE(raw);
  std::vector<int16_t> heard, said;
  for (size_t i = 0; i + 1 < raw->samples.size(); i += 2) {
    heard.push_back(raw->samples[i]);
    said.push_back(raw->samples[i + 1]);
  }
  CHECK(purity(std::span(heard).subspan(1600, 2400), 8000, 400) > 0.95);
  CHECK(purity(std::span(said).subspan(1600, 2400), 8000, 1000) > 0.95);
  std::filesystem::remove(path);
}

TEST_CASE("engine: closing the last leg completes its recording") {
  const std::string path =
      std::filesystem::temp_directory_path() / ("tandem-last-" + std::to_string(getpid()) + ".mp3");
  World world;
  Phone a;
  const LegId leg = world.connect(a);
  a.talk(400);
  world.engine.start_recording(leg, 1, {.path = path, .format = AudioFormat::Mp3});
  talk_for({&a}, 300);
  world.engine.close(leg);
  REQUIRE(world.notes.wait("recording 1"));
  CHECK(world.notes.recording().end == RecordingEnd::LegClosed);
  CHECK(world.notes.recording().duration > 200ms);
  CHECK(std::filesystem::file_size(path) == world.notes.recording().bytes);
  std::filesystem::remove(path);
}

TEST_CASE("engine: SRTP on one side, plain RTP on the other") {
  for (const auto suite : {rtp::SrtpSuite::AesCm128HmacSha1_80, rtp::SrtpSuite::AeadAes256Gcm}) {
    SeededRandom random(1);
    const auto ours = rtp::SrtpKey::generate(suite, random);
    const auto theirs = rtp::SrtpKey::generate(suite, random);
    World world;
    Phone a, b;
    a.secure(theirs, ours);
    LegSettings settings = a.settings();
    settings.send_key = ours;
    settings.receive_key = theirs;
    const LegId left = world.connect(a, settings);
    world.engine.bridge(left, world.connect(b));
    world.settle(left);
    a.talk(400);
    b.talk(1000);
    talk_for({&a, &b}, 300);
    CHECK(a.hears(1000) > 0.99);
    CHECK(b.hears(400) > 0.99);
    Phone stranger;
    stranger.call(world.engine.open(*rtp::Endpoint::parse("127.0.0.1", 0))->local);
  }
}

TEST_CASE("engine: strangers are not heard and not spoken to") {
  World world;
  Phone a, b, stranger;
  const LegId left = world.connect(a);
  const LegId right = world.connect(b);
  world.engine.bridge(left, right);
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b}, 100);
  const auto leg = world.engine.open(*rtp::Endpoint::parse("127.0.0.1", 0));
  REQUIRE(leg);
  LegSettings settings = b.settings();
  world.engine.configure(leg->id, settings);
  stranger.call(leg->local);
  b.call(leg->local);
  world.engine.bridge(left, leg->id);
  talk_for({&a, &b}, 100);
  stranger.talk(2000);
  a.forget();
  talk_for({&a, &b, &stranger}, 300);
  CHECK(a.hears(1000) > 0.99);
  CHECK(stranger.packets().empty());
  world.engine.close(leg->id);
  REQUIRE(world.notes.wait("closed " + std::to_string(leg->id)));
  CHECK(world.notes.stats().refused_packets >= 14);
}

TEST_CASE("engine: a phone behind a NAT is answered where it speaks from") {
  World world;
  Phone a, b;
  LegSettings settings = a.settings();
  settings.remote = *rtp::Endpoint::parse("127.0.0.9", 4000);
  const LegId left = world.connect(a, settings);
  world.engine.bridge(left, world.connect(b));
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b}, 300);
  CHECK(a.hears(1000) > 0.99);
}

TEST_CASE("engine: packets are forked both ways, in the clear") {
  World world;
  Phone a, b, received, sent;
  const LegId left = world.connect(a);
  world.engine.bridge(left, world.connect(b));
  world.engine.start_fork(left, received.local(), sent.local());
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b, &received, &sent}, 300);
  CHECK(received.hears(400) > 0.99);
  CHECK(sent.hears(1000) > 0.99);
  world.engine.stop_fork(left);
  world.settle(left);
  received.listen();
  received.forget();
  talk_for({&a, &b, &received}, 100);
  CHECK(received.packets().empty());
}

TEST_CASE("engine: a media stream hears both tracks and speaks") {
  World world;
  Phone a, b;
  const LegId left = world.connect(a);
  world.engine.bridge(left, world.connect(b));
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b}, 100);
  world.engine.start_stream(left, 3,
                            {.track = Track::Both, .codec = CodecFormat::standard(CodecKind::L16)});
  talk_for({&a, &b}, 500);
  const auto decode = [](const std::vector<uint8_t>& bytes) {
    std::vector<int16_t> out;
    for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
      out.push_back(static_cast<int16_t>((bytes[i] << 8) | bytes[i + 1]));
    }
    return out;
  };
  const auto in = decode(world.notes.stream(Track::Inbound));
  const auto out = decode(world.notes.stream(Track::Outbound));
  REQUIRE(in.size() > 4000);
  CHECK(purity(std::span(in).last(3200), 16000, 400) > 0.95);
  CHECK(purity(std::span(out).last(3200), 16000, 1000) > 0.95);

  world.engine.write_stream(left, 3, sine(16000, 700, 16000 / 4), 16000);
  world.engine.mark_stream(left, 3, "one");
  talk_for({&a, &b}, 200);
  CHECK_FALSE(world.notes.noted("mark one"));
  CHECK(a.hears(700, 80) > 0.3);
  talk_for({&a, &b}, 200);
  CHECK(world.notes.wait("mark one"));
  CHECK(a.hears(1000, 60) > 0.9);
  world.engine.write_stream(left, 3, sine(16000, 700, 16000), 16000);
  world.engine.mark_stream(left, 3, "two");
  world.engine.clear_stream(left, 3);
  CHECK(world.notes.wait("mark two"));
}

TEST_CASE("engine: legs on different threads are brought together") {
  World world(2);
  Phone phones[6];
  std::vector<LegId> legs;
  for (Phone& phone : phones) legs.push_back(world.connect(phone));
  // Around in circles: each bridge ends the one before, and moves a leg.
  for (int round = 0; round < 20; ++round) {
    for (size_t n = 0; n < legs.size(); ++n) {
      world.engine.bridge(legs[n], legs[(n + 1 + static_cast<size_t>(round)) % legs.size()]);
    }
  }
  world.engine.bridge(legs[0], legs[3]);
  world.engine.bridge(legs[1], legs[4]);
  phones[0].talk(400);
  phones[3].talk(1000);
  phones[1].talk(600);
  phones[4].talk(800);
  world.settle(legs[0]);
  world.settle(legs[1]);
  talk_for({&phones[0], &phones[1], &phones[3], &phones[4]}, 300);
  CHECK(phones[0].hears(1000) > 0.99);
  CHECK(phones[3].hears(400) > 0.99);
  CHECK(phones[1].hears(800) > 0.99);
  CHECK(phones[4].hears(600) > 0.99);
  for (const LegId leg : legs) world.engine.close(leg);
  for (const LegId leg : legs) CHECK(world.notes.wait("closed " + std::to_string(leg)));
}

TEST_CASE("engine: hold, mute, silence and a peer that went away") {
  World world;
  Phone a, b;
  LegSettings settings = a.settings();
  settings.media_timeout = 200ms;
  const LegId left = world.connect(a, settings);
  const LegId right = world.connect(b);
  world.engine.bridge(left, right);
  a.talk(400);
  b.talk(1000);
  talk_for({&a, &b}, 100);
  world.engine.mute(left, true);
  world.settle(left);
  b.listen();
  b.forget();
  talk_for({&a, &b}, 200);
  CHECK(b.packets().empty());
  CHECK(a.hears(1000, 100) > 0.99);
  world.engine.mute(left, false);

  LegSettings held = b.settings();
  held.can_send = false;
  world.engine.configure(right, held);
  world.settle(right);
  b.listen();
  b.forget();
  talk_for({&a, &b}, 200);
  CHECK(b.packets().empty());

  world.engine.unbridge(left);
  settings.silence_when_idle = true;
  world.engine.configure(left, settings);
  a.forget();
  talk_for({&a}, 200);
  CHECK(a.packets().size() >= 7);
  CHECK(mean_level(std::span(a.audio()).last(480)) == 0);
  CHECK_FALSE(world.notes.noted("timeout " + std::to_string(left)));
  CHECK(world.notes.wait("timeout " + std::to_string(left)));
}

TEST_CASE("engine: an answering machine is told from the audio") {
  World world;
  Phone a;
  const LegId leg = world.connect(a);
  a.talk(500);
  talk_for({&a}, 60);
  world.engine.start_amd(leg, {.greeting = 300ms});
  talk_for({&a}, 500);
  CHECK(world.notes.wait("amd 1"));
}

TEST_CASE("engine: ports run out with an error and come back") {
  Notes notes;
  Metrics metrics;
  Engine engine({.workers = 1, .first_port = 32000, .last_port = 32007}, notes, metrics);
  const auto host = *rtp::Endpoint::parse("127.0.0.1", 0);
  std::vector<LegId> legs;
  while (const auto leg = engine.open(host)) legs.push_back(leg->id);
  CHECK(legs.size() == 4);
  CHECK(engine.free_port_pairs() == 0);
  engine.close(legs[0]);
  REQUIRE(notes.wait("closed " + std::to_string(legs[0])));
  CHECK(engine.open(host));
  engine.close(12345);
  engine.bridge(legs[1], legs[0]);
  engine.play_tone(legs[0], 1, beep_tone());
}

}  // namespace
}  // namespace tandem::media
