#include "carrier/sandbox/phone.h"

#include <array>
#include <utility>

namespace tandem::carrier::sandbox {
namespace {

using Pickup = PhoneScript::Pickup;
using Step = PhoneStep;

constexpr std::string_view kKeys = "0123456789ABCDabcd*#wW";
constexpr std::string_view kReservedPrefix = "+15005550";

struct Refusal {
  Pickup pickup;
  int status;
};
constexpr std::array<Refusal, 5> kRefusals = {{{Pickup::Busy, 486},
                                               {Pickup::Reject, 603},
                                               {Pickup::Unknown, 404},
                                               {Pickup::Unreachable, 480},
                                               {Pickup::Failure, 503}}};

Step wait(int64_t millis) { return {.kind = Step::Kind::Wait, .time = Millis(millis)}; }
Step speak(std::string text) { return {.kind = Step::Kind::Speak, .text = std::move(text)}; }
Step tone(uint16_t hz, int64_t millis) {
  return {.kind = Step::Kind::Tone, .time = Millis(millis), .hz = hz};
}
Step press(std::string keys) { return {.kind = Step::Kind::Press, .text = std::move(keys)}; }
Step simply(Step::Kind kind) { return {.kind = kind}; }

PhoneScript refusing(Pickup pickup) { return {.pickup = pickup}; }
PhoneScript doing(std::vector<Step> steps) { return {.steps = std::move(steps)}; }

/// Why a step cannot be played; `pointer` gets the member at fault.
std::string_view fault_of(const Step& step, std::string& pointer) {
  const bool timed = step.kind == Step::Kind::Wait || step.kind == Step::Kind::Tone;
  if (timed && (step.time < Millis(0) || step.time > kMaxPhoneTime)) {
    pointer += "/ms";
    return "Times go from 0 to an hour.";
  }
  if (step.kind == Step::Kind::Tone && (step.hz < kMinToneHz || step.hz > kMaxToneHz)) {
    pointer += "/hz";
    return "Tones go from 100 to 3500 Hz.";
  }
  if (step.kind == Step::Kind::Press) {
    pointer += "/keys";
    if (step.text.empty() || step.text.size() > kMaxPhoneKeys) return "1 to 100 keys are pressed.";
    if (step.text.find_first_not_of(kKeys) != std::string::npos) {
      return "Keys are 0-9, A-D, * and #, with w and W for pauses.";
    }
  }
  if (step.kind == Step::Kind::Speak) {
    pointer += "/text";
    if (step.text.empty() || step.text.size() > kMaxPhoneWords) return "1 to 2000 bytes are said.";
  }
  return {};
}

}  // namespace

Result<void, ScriptError> check(const PhoneScript& script) {
  if (script.answer_after < Millis(0) || script.answer_after > kMaxPhoneTime) {
    return tl::unexpected(ScriptError{"/answer_after_ms", "Times go from 0 to an hour."});
  }
  if (script.steps.size() > kMaxPhoneSteps) {
    return tl::unexpected(ScriptError{"/steps", "A script has at most 50 steps."});
  }
  for (size_t i = 0; i < script.steps.size(); ++i) {
    std::string pointer = "/steps/" + std::to_string(i);
    const std::string_view fault = fault_of(script.steps[i], pointer);
    if (!fault.empty()) return tl::unexpected(ScriptError{pointer, std::string(fault)});
  }
  return {};
}

std::optional<PhoneScript> reserved_phone(std::string_view number) {
  if (!number.starts_with(kReservedPrefix)) return std::nullopt;
  const std::string_view which = number.substr(kReservedPrefix.size());
  if (which == "201") return refusing(Pickup::Busy);
  if (which == "202") return refusing(Pickup::RingOut);
  if (which == "203") return refusing(Pickup::Reject);
  if (which == "204") return refusing(Pickup::Unknown);
  if (which == "205") return refusing(Pickup::Unreachable);
  if (which == "206") {
    return doing({wait(500),
                  speak("Hello, you have reached the voice mail of the sandbox. Please leave a "
                        "message after the tone."),
                  wait(300), tone(1000, 500)});
  }
  if (which == "207") return doing({simply(Step::Kind::Echo)});
  if (which == "208") return doing({wait(2000), press("1234#")});
  if (which == "209") return doing({wait(300), speak("Hello?")});
  if (which == "210") return doing({wait(5000), simply(Step::Kind::HangUp)});
  if (which == "211") return doing({tone(440, 10'000)});
  if (which == "212") return PhoneScript{.answer_after = Millis(10'000)};
  if (which == "213") return refusing(Pickup::Failure);
  return std::nullopt;
}

PhoneActions PhonePlayer::called() const {
  using Kind = PhoneAction::Kind;
  for (const Refusal& refusal : kRefusals) {
    if (refusal.pickup == script_.pickup) {
      return {{.kind = Kind::Refuse, .status = refusal.status}};
    }
  }
  if (script_.pickup == Pickup::RingOut) return {{.kind = Kind::Ring}};
  Step ringing{.kind = Step::Kind::Wait, .time = script_.answer_after};
  return {{.kind = Kind::Ring}, {.kind = Kind::Wait, .step = std::move(ringing)}};
}

PhoneActions PhonePlayer::answered() {
  answered_ = true;
  return next();
}

PhoneActions PhonePlayer::finished() {
  if (!answered_) return {{.kind = PhoneAction::Kind::Answer}};
  return next();
}

PhoneActions PhonePlayer::then(std::vector<PhoneStep> steps) {
  std::vector<PhoneStep>& all = script_.steps;
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  for (PhoneStep& step : steps) {
    if (all.size() < kMaxPhoneSteps) all.push_back(std::move(step));
  }
  return idle_ ? next() : PhoneActions();
}

PhoneActions PhonePlayer::next() {
  using Kind = PhoneAction::Kind;
  PhoneActions actions;
  idle_ = false;
  while (next_ < script_.steps.size()) {
    const Step& step = script_.steps[next_++];
    switch (step.kind) {
      case Step::Kind::Wait:
        actions.push_back({.kind = Kind::Wait, .step = step});
        return actions;
      case Step::Kind::Press:
      case Step::Kind::Speak:
      case Step::Kind::Tone:
        actions.push_back({.kind = Kind::Play, .step = step});
        return actions;
      case Step::Kind::Echo:
        actions.push_back({.kind = Kind::Echo});
        break;
      case Step::Kind::HangUp:
        actions.push_back({.kind = Kind::HangUp});
        next_ = script_.steps.size();
        break;
    }
  }
  idle_ = true;
  return actions;
}

}  // namespace tandem::carrier::sandbox
