#include "telephony/sip/timer_wheel.h"

#include <deque>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/address.h"
#include "telephony/sip/keyed_hash.h"
#include "telephony/sip/testing.h"

namespace tandem::sip {
namespace {

using namespace std::chrono_literals;
using testing::ManualTime;

struct Alarm {
  explicit Alarm(TimerWheel& wheel_to_use)
      : wheel(wheel_to_use), timer(wheel_to_use, bind<&Alarm::ring>(*this)) {}
  void ring() { rung_at.push_back(wheel.now()); }
  TimerWheel& wheel;
  std::vector<TimePoint> rung_at;
  Timer timer;
};

}  // namespace

TEST_CASE("timers of every size run once, at most a tick late and never early") {
  ManualTime time;
  TimerWheel wheel(time);
  const TimePoint start = time.now();
  std::deque<Alarm> alarms;
  const std::vector<std::chrono::milliseconds> delays = {
      0ms, 1ms, 10ms, 500ms, 2550ms, 2560ms, 2570ms, 32s, 655350ms, 655360ms, 1h, 30h, 24h * 7};
  for (auto delay : delays) alarms.emplace_back(wheel).timer.start(delay);
  CHECK(wheel.running() == delays.size());
  while (wheel.running() > 0) {
    const TimePoint wake = wheel.next_wake();
    REQUIRE(wake > time.now());
    time.move(std::chrono::duration_cast<std::chrono::milliseconds>(wake - time.now()));
    wheel.advance();
  }
  for (size_t i = 0; i < delays.size(); ++i) {
    CAPTURE(delays[i].count());
    REQUIRE(alarms[i].rung_at.size() == 1);
    CHECK(alarms[i].rung_at[0] - start >= delays[i]);
    CHECK(alarms[i].rung_at[0] - start <= delays[i] + TimerWheel::kTick);
  }
}

TEST_CASE("a stopped or destroyed timer stays silent, a restarted one runs once") {
  ManualTime time;
  TimerWheel wheel(time);
  Alarm stopped(wheel);
  Alarm restarted(wheel);
  auto destroyed = std::make_unique<Alarm>(wheel);
  stopped.timer.start(50ms);
  restarted.timer.start(50ms);
  destroyed->timer.start(50ms);
  stopped.timer.stop();
  restarted.timer.start(200ms);
  destroyed.reset();
  time.move(100ms);
  wheel.advance();
  CHECK(restarted.rung_at.empty());
  time.move(200ms);
  wheel.advance();
  CHECK(stopped.rung_at.empty());
  CHECK(restarted.rung_at.size() == 1);
  CHECK(wheel.running() == 0);
}

TEST_CASE("a wheel that slept measures new timers from now") {
  ManualTime time;
  TimerWheel wheel(time);
  time.move(1h);
  Alarm alarm(wheel);
  alarm.timer.start(500ms);
  wheel.advance();
  CHECK(alarm.rung_at.empty());
  time.move(510ms);
  wheel.advance();
  CHECK(alarm.rung_at.size() == 1);
}

TEST_CASE("an earlier timer asks to be woken earlier") {
  ManualTime time;
  TimerWheel wheel(time);
  int asked = 0;
  wheel.on_wake = [&asked] { ++asked; };
  Alarm late(wheel);
  Alarm early(wheel);
  late.timer.start(1s);
  CHECK(asked == 1);
  wheel.next_wake();
  early.timer.start(20ms);
  CHECK(asked == 2);
}

TEST_CASE("keyed hash: parts are kept apart, keys matter") {
  SeededRandom random(1);
  const KeyedHash hash(random);
  const KeyedHash other(random);
  CHECK(hash({"ab", "c"}) == hash({"ab", "c"}));
  CHECK_FALSE(hash({"ab", "c"}) == hash({"a", "bc"}));
  CHECK_FALSE(hash({"ab", "c"}) == other({"ab", "c"}));
  CHECK_FALSE(hash({"12345678", "x"}) == hash({"12345678x"}));
}

TEST_CASE("addresses: text, brackets, mapped IPv4, networks") {
  CHECK(Address::parse("192.0.2.1", 5060)->text() == "192.0.2.1:5060");
  CHECK(Address::parse("[2001:db8::1]", 5061)->text() == "[2001:db8::1]:5061");
  CHECK(*Address::parse("::ffff:192.0.2.1", 1) == *Address::parse("192.0.2.1", 1));
  CHECK(Address::parse("2001:db8::1:2:3:4", 9)->source_network() ==
        Address::parse("2001:db8::", 0)->source_network());
  CHECK_FALSE(Address::parse("example.com", 1));
  CHECK_FALSE(Address::parse("", 1));
  CHECK(Address::parse("127.0.0.9", 1)->is_loopback());
  CHECK(Address::parse("::1", 1)->is_loopback());
  CHECK(Address::parse("::", 1)->is_any());
}

}  // namespace tandem::sip
