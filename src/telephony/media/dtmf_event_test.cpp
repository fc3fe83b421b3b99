#include "telephony/media/dtmf_event.h"

#include <string>

#include <doctest/doctest.h>

namespace tandem::media {
namespace {

using namespace std::chrono_literals;
using Time = DtmfReceiver::Time;

DtmfEvent event(char digit, uint16_t duration, bool end = false) {
  return {.code = *dtmf_code(digit), .end = end, .duration = duration};
}

TEST_CASE("dtmf: payloads are read and written") {
  uint8_t bytes[4];
  write_dtmf_event(bytes, {.code = 11, .end = true, .volume = 10, .duration = 1600});
  CHECK(bytes[0] == 11);
  CHECK(bytes[1] == 0x8A);
  const auto read = read_dtmf_event(bytes);
  REQUIRE(read);
  CHECK(read->end);
  CHECK(read->volume == 10);
  CHECK(read->duration == 1600);
  CHECK_FALSE(read_dtmf_event(std::span(bytes).first(3)));
  CHECK(dtmf_digit(15) == 'D');
  CHECK_FALSE(dtmf_digit(16));
  CHECK(dtmf_code('b') == 13);
  CHECK_FALSE(dtmf_code('w'));
}

TEST_CASE("dtmf: a digit is reported once, whatever is repeated") {
  DtmfReceiver receiver;
  const Time now{};
  for (const uint16_t d : {160, 320, 480}) CHECK_FALSE(receiver.on_event(1000, event('5', d), now));
  const auto heard = receiver.on_event(1000, event('5', 800, true), now);
  REQUIRE(heard);
  CHECK(heard->digit == '5');
  CHECK(heard->duration == 100ms);
  CHECK_FALSE(receiver.on_event(1000, event('5', 800, true), now));
  CHECK_FALSE(receiver.on_event(1000, event('5', 800, true), now));
  CHECK(receiver.on_event(2000, event('5', 160, true), now));
  CHECK_FALSE(receiver.on_event(1000, event('5', 800, true), now));
}

TEST_CASE("dtmf: a digit whose end is lost is reported by time or by the next digit") {
  DtmfReceiver receiver;
  Time now{};
  receiver.on_event(1000, event('1', 160), now);
  CHECK_FALSE(receiver.on_idle(now + 100ms));
  const auto late = receiver.on_idle(now + 251ms);
  REQUIRE(late);
  CHECK(late->digit == '1');
  CHECK_FALSE(receiver.listening());
  CHECK_FALSE(receiver.on_event(1000, event('1', 800, true), now));

  receiver.on_event(3000, event('2', 160), now);
  const auto pushed = receiver.on_event(5000, event('3', 160), now);
  REQUIRE(pushed);
  CHECK(pushed->digit == '2');
  CHECK(receiver.on_event(5000, event('3', 320, true), now)->digit == '3');
}

TEST_CASE("dtmf: a long digit in segments is one digit") {
  DtmfReceiver receiver;
  const Time now{};
  CHECK_FALSE(receiver.on_event(0, event('9', 65535), now));
  CHECK_FALSE(receiver.on_event(65535, event('9', 1600), now));
  const auto heard = receiver.on_event(65535, event('9', 3200, true), now);
  REQUIRE(heard);
  CHECK(heard->duration == 8591ms);
}

TEST_CASE("dtmf: flash and other signals are no digits") {
  DtmfReceiver receiver;
  CHECK_FALSE(receiver.on_event(1, {.code = 16, .end = true, .duration = 400}, {}));
  CHECK_FALSE(receiver.listening());
}

/// One letter a step: digit, '.' for a gap, '-' for flow.
std::string play(DigitSender& sender, int steps) {
  std::string out;
  for (int n = 0; n < steps; ++n) {
    const auto step = sender.next();
    if (step.kind == DigitSender::Kind::Digit) {
      const char digit = *dtmf_digit(step.code);
      out += step.last ? '!' : digit;
    } else {
      out += step.kind == DigitSender::Kind::Gap ? '.' : '-';
    }
  }
  return out;
}

TEST_CASE("dtmf: digits are sent with gaps, pauses let other audio through") {
  DigitSender sender;
  CHECK_FALSE(sender.active());
  REQUIRE(sender.add("1w2", 100ms));
  CHECK(play(sender, 9) == "1111!....");
  CHECK(play(sender, 25) == "-------------------------");
  CHECK(play(sender, 9) == "2222!....");
  CHECK_FALSE(sender.active());
  CHECK(play(sender, 2) == "--");
}

TEST_CASE("dtmf: what cannot be sent is refused whole") {
  DigitSender sender;
  CHECK_FALSE(sender.add("12x", 100ms));
  CHECK_FALSE(sender.active());
  CHECK_FALSE(sender.add(std::string(DigitSender::kMaxDigits + 1, '1'), 100ms));
  CHECK(sender.add(std::string(DigitSender::kMaxDigits, '1'), 1ms));
  CHECK_FALSE(sender.add("1", 100ms));
  CHECK(play(sender, 3) == "11!");
  sender.clear();
  CHECK_FALSE(sender.active());
}

}  // namespace
}  // namespace tandem::media
