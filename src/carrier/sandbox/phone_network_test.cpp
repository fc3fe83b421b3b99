#include "carrier/sandbox/phone_network.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "runtime/shards.h"
#include "telephony/media/wav.h"

using namespace tandem;
using namespace tandem::carrier::sandbox;

// Two networks of phones beside one another: the phones of one call those of the other, over real
// SIP and RTP.

namespace {

using Status = PhoneCall::Status;
using Kind = PhoneStep::Kind;

constexpr auto kPatience = std::chrono::seconds(20);

std::string fresh_directory(const std::string& name) {
  return (std::filesystem::temp_directory_path() /
          ("tandem-phones-" + std::to_string(::getpid()) + "-" + name))
      .string();
}

/// Says everything as a second of a loud sound.
void speak(const std::string&, const std::string&, media::PromptDone done) {
  auto prompt = std::make_shared<media::Prompt>();
  prompt->samples.assign(prompt->rate, 8000);
  done(media::PromptPtr(std::move(prompt)));
}

struct World {
  runtime::Shards shards{1};
  SystemClock clock;
  PhoneNetwork home{options("home", 48'000), speak, clock, shards[0]};
  PhoneNetwork away{options("away", 48'400), speak, clock, shards[0]};

  World() {
    shards.start();
    for (PhoneNetwork* network : {&home, &away}) {
      const auto started = network->start();
      REQUIRE_MESSAGE(started, started.error().what);
    }
  }
  ~World() {
    home.stop();
    away.stop();
    shards.stop();
    for (const char* name : {"home", "away"}) std::filesystem::remove_all(fresh_directory(name));
  }

  static PhoneNetwork::Options options(const std::string& name, uint16_t first_port) {
    return {.first_media_port = first_port,
            .last_media_port = static_cast<uint16_t>(first_port + 99),
            .directory = fresh_directory(name)};
  }

  std::string call(const std::string& to, std::vector<PhoneStep> steps = {}) {
    return home.call("+13125550100", to, away.host_port(), std::move(steps));
  }

  /// The call once it is as wanted, or as it is when patience ends.
  static PhoneCall wait(PhoneNetwork& network, const std::string& id,
                        const std::function<bool(const PhoneCall&)>& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto call = network.log().find(id);
      if (call && wanted(*call)) return *call;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return network.log().find(id).value_or(PhoneCall());
  }
  static PhoneCall ended(PhoneNetwork& network, const std::string& id) {
    return wait(network, id, [](const PhoneCall& call) { return call.status == Status::Ended; });
  }
  /// With its recording complete.
  static PhoneCall recorded(PhoneNetwork& network, const std::string& id) {
    return wait(network, id, [](const PhoneCall& call) { return !call.recording.empty(); });
  }
};

std::vector<int16_t> sound_of(const PhoneCall& call) {
  std::ifstream file(call.recording, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto sound =
      media::decode_wav({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  REQUIRE(sound);
  return sound->samples;
}

/// How much of the loudest second is a sine of that frequency, 0 to 1.
double share_of(const std::vector<int16_t>& samples, double hz) {
  constexpr size_t kSecond = 8000;
  double best = 0;
  for (size_t at = 0; at + kSecond / 2 <= samples.size(); at += kSecond / 4) {
    double in_phase = 0;
    double across = 0;
    double energy = 1;
    const size_t end = std::min(samples.size(), at + kSecond / 2);
    for (size_t i = at; i < end; ++i) {
      const double angle = 2 * M_PI * hz * static_cast<double>(i) / kSecond;
      in_phase += samples[i] * std::cos(angle);
      across += samples[i] * std::sin(angle);
      energy += static_cast<double>(samples[i]) * samples[i];
    }
    const double count = static_cast<double>(end - at);
    const double loud = energy / count > 10'000 ? 1.0 : 0.0;  // -50 dB: not the noise of silence
    best = std::max(best, loud * 2 * (in_phase * in_phase + across * across) / (energy * count));
  }
  return best;
}

PhoneStep wait_for(int64_t millis) { return {.kind = Kind::Wait, .time = Millis(millis)}; }
PhoneStep press(std::string keys) { return {.kind = Kind::Press, .text = std::move(keys)}; }
PhoneStep tone(uint16_t hz, int64_t millis) {
  return {.kind = Kind::Tone, .time = Millis(millis), .hz = hz};
}
PhoneStep hang_up() { return {.kind = Kind::HangUp}; }

}  // namespace

TEST_CASE("phones call one another, hear keys and tones, and hang up") {
  World world;
  PhoneScript script;
  script.answer_after = Millis(50);
  script.steps = {tone(440, 1200)};
  REQUIRE(world.away.book().set("+13125550199", script));
  const std::string id = world.call("+13125550199", {press("12#"), wait_for(1500), hang_up()});
  const PhoneCall made = world.recorded(world.home, id);
  CHECK(world.ended(world.home, id).cause == "normal_clearing");
  CHECK(made.made);
  CHECK(share_of(sound_of(made), 440) > 0.8);

  const auto taken = world.away.log().list("+13125550199", 10);
  REQUIRE(taken.size() == 1);
  CHECK_FALSE(taken[0].made);
  CHECK(taken[0].from == "+13125550100");
  CHECK(taken[0].digits == "12#");
  CHECK(world.ended(world.away, taken[0].id).sip_code == 200);
}

TEST_CASE("reserved numbers refuse as the network does") {
  World world;
  const PhoneCall busy = world.ended(world.home, world.call("+15005550201"));
  CHECK(busy.cause == "user_busy");
  CHECK(busy.sip_code == 486);
  const PhoneCall unknown = world.ended(world.home, world.call("+15005550204"));
  CHECK(unknown.sip_code == 404);
  CHECK(unknown.recording.empty());
}

TEST_CASE("an echo sends back what it hears") {
  World world;
  PhoneScript echo = *reserved_phone("+15005550207");
  echo.answer_after = Millis(0);
  REQUIRE(world.away.book().set("+15005550207", echo));
  const std::string id = world.call("+15005550207", {tone(700, 1500), wait_for(300), hang_up()});
  CHECK(share_of(sound_of(world.recorded(world.home, id)), 700) > 0.8);
}

TEST_CASE("a phone that rings out is given up by its caller") {
  World world;
  const std::string id = world.call("+15005550202");
  const auto ringing = [&] { return world.away.log().list("+15005550202", 1); };
  World::wait(world.home, id, [&](const PhoneCall&) { return !ringing().empty(); });
  world.home.hang_up(id);
  CHECK(world.ended(world.home, id).status == Status::Ended);
  REQUIRE(ringing().size() == 1);
  CHECK(world.ended(world.away, ringing()[0].id).cause == "originator_cancel");
}

TEST_CASE("more can be asked of a phone whose call goes on") {
  World world;
  PhoneScript script;
  script.answer_after = Millis(0);
  REQUIRE(world.away.book().set("+13125550199", script));
  const std::string id = world.call("+13125550199");
  World::wait(world.home, id,
              [](const PhoneCall& call) { return call.status == Status::Answered; });
  world.home.then(id, {press("7"), wait_for(300), hang_up()});
  CHECK(world.ended(world.home, id).status == Status::Ended);
  CHECK(world.away.log().list("", 1)[0].digits == "7");
}
