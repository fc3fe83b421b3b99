#include "telephony/media/supervision.h"

#include <future>
#include <vector>

#include <doctest/doctest.h>

#include "telephony/media/engine.h"
#include "telephony/media/test_phone.h"

namespace tandem::media {
namespace {

constexpr int kLong = 400;  // ms
/// Two tones of one strength have half of the power each.
constexpr double kOneOfTwo = 0.35;
constexpr double kNothing = 0.02;

/// Two phones that talk, and a third one.
struct World {
  explicit World(size_t workers)
      : engine({.workers = workers, .first_port = 28000, .last_port = 28999}, nobody, metrics) {
    a.talk(400);
    b.talk(1000);
    boss.talk(1900);
  }

  LegId connect(Phone& phone) {
    const auto leg = engine.open(*rtp::Endpoint::parse("127.0.0.1", 0));
    REQUIRE(leg);
    phone.call(leg->local);
    engine.configure(leg->id, phone.settings());
    return leg->id;
  }
  void settle(LegId leg) {
    std::promise<void> done;
    engine.query_stats(leg, [&](const LegStats&) { done.set_value(); });
    REQUIRE(done.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready);
  }
  void talk() { talk_for({&a, &b, &boss}, kLong); }

  Listener nobody;
  Metrics metrics;
  Engine engine;
  Phone a{CodecFormat::standard(CodecKind::G722)};
  Phone b;
  Phone boss;
};

}  // namespace

TEST_CASE("a supervisor hears both, and is heard as its role has it") {
  for (const size_t workers : {size_t{1}, size_t{3}}) {
    CAPTURE(workers);
    World world(workers);
    const LegId left = world.connect(world.a);
    const LegId right = world.connect(world.b);
    const LegId supervisor = world.connect(world.boss);
    world.engine.supervise(supervisor, left, SupervisorRole::Monitor);
    // Moves the supervised leg; the order is given again then.
    world.engine.bridge(right, left);
    world.engine.supervise(supervisor, left, SupervisorRole::Monitor);
    world.settle(supervisor);
    world.talk();
    CHECK(world.boss.hears(400) > kOneOfTwo);
    CHECK(world.boss.hears(1000) > kOneOfTwo);
    CHECK(world.a.hears(1000) > 0.95);
    CHECK(world.b.hears(400) > 0.95);

    world.engine.supervise(supervisor, left, SupervisorRole::Whisper);
    world.talk();
    CHECK(world.a.hears(1900) > kOneOfTwo);
    CHECK(world.b.hears(1900) < kNothing);
    CHECK(world.boss.hears(1900) < kNothing);

    world.engine.supervise(supervisor, left, SupervisorRole::Barge);
    world.talk();
    CHECK(world.a.hears(1900) > kOneOfTwo);
    CHECK(world.b.hears(1900) > kOneOfTwo);
    CHECK(world.a.in_sequence());
    CHECK(world.b.in_sequence());

    world.engine.close(supervisor);
    world.talk();
    CHECK(world.a.hears(1000) > 0.95);
    CHECK(world.b.hears(400) > 0.95);
  }
}

TEST_CASE("supervisors and supervised legs may end in any order, on any thread") {
  World world(2);
  for (int round = 0; round < 40; ++round) {
    Phone phones[4];
    std::vector<LegId> legs;
    for (Phone& phone : phones) legs.push_back(world.connect(phone));
    for (size_t n = 0; n < 4; ++n) {
      world.engine.supervise(legs[n], legs[(n + 1) % 4], SupervisorRole::Barge);
      world.engine.bridge(legs[(n + 2) % 4], legs[(n + 3) % 4]);
      world.engine.supervise(legs[n], legs[(n + 2) % 4], SupervisorRole::Whisper);
    }
    for (size_t n = 0; n < 4; ++n) world.engine.close(legs[(n + static_cast<size_t>(round)) % 4]);
  }
  CHECK(world.engine.legs() == 0);
}

TEST_CASE("voices change their pitch, and go back to it") {
  World world(1);
  const LegId left = world.connect(world.a);
  const LegId right = world.connect(world.b);
  world.engine.bridge(left, right);
  world.engine.change_pitch(left, Track::Inbound, 2.0);
  world.engine.change_pitch(left, Track::Outbound, 0.75);
  world.settle(left);
  world.talk();
  CHECK(world.b.hears(800) > 0.8);
  CHECK(world.a.hears(750) > 0.8);
  world.engine.change_pitch(left, Track::Both, 1.0);
  world.talk();
  CHECK(world.b.hears(400) > 0.95);
  CHECK(world.a.hears(1000) > 0.95);
}

TEST_CASE("a stream speaks to those whom it is for") {
  World world(1);
  const LegId left = world.connect(world.a);
  const LegId right = world.connect(world.b);
  const auto said = sine(kNarrowRateHz, 700, kNarrowRateHz);
  StreamOptions options;
  options.codec = CodecFormat::standard(CodecKind::Pcmu);
  struct Row {
    StreamTarget target;
    bool here;
    bool there;
  };
  StreamId stream = 0;
  for (const Row& row :
       {Row{StreamTarget::Self, true, false}, Row{StreamTarget::Opposite, false, true},
        Row{StreamTarget::Both, true, true}}) {
    world.engine.bridge(left, right);
    options.target = row.target;
    world.engine.start_stream(left, ++stream, options);
    world.engine.write_stream(left, stream, said, kNarrowRateHz);
    world.settle(left);
    world.talk();
    CHECK((world.a.hears(700) > kOneOfTwo) == row.here);
    CHECK((world.b.hears(700) > kOneOfTwo) == row.there);
    CHECK((world.a.hears(700) < kNothing) == !row.here);
    CHECK((world.b.hears(700) < kNothing) == !row.there);
    world.engine.stop_stream(left, stream);
    world.engine.unbridge(left);
    // Nobody is opposite any more.
    world.engine.start_stream(left, ++stream, options);
    world.engine.write_stream(left, stream, said, kNarrowRateHz);
    world.settle(left);
    world.talk();
    CHECK(world.a.hears(700) > 0.9);
    world.engine.stop_stream(left, stream);
  }
}

}  // namespace tandem::media
