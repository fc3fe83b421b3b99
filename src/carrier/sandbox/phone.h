#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

/// Phones that no one owns, at the far end of a call: what one of them does is decided here,
/// without time, sockets or sound; the sandbox's phone network carries it out.
namespace tandem::carrier::sandbox {

/// One thing a phone does during a call; each begins when the one before is over.
struct PhoneStep {
  enum class Kind : uint8_t {
    Wait,   // for `time`
    Press,  // the keys in `text`: 0-9 A-D * # and the pauses w (0.5 s) and W (1 s)
    Speak,  // `text`, in `language`
    Tone,   // of `hz`, for `time`
    Echo,   // from now on, send back what is heard
    HangUp
  };
  Kind kind = Kind::Wait;
  Millis time{0};
  uint16_t hz = 0;
  std::string text = {};
  std::string language = "en-US";
  bool operator==(const PhoneStep&) const = default;
};

/// How a phone takes a call. As it is here: it rings for a second, answers, and listens until the
/// other side hangs up.
struct PhoneScript {
  enum class Pickup : uint8_t {
    Answer,
    Busy,         // 486
    RingOut,      // rings for ever
    Reject,       // 603
    Unknown,      // 404: no such number
    Unreachable,  // 480: switched off, out of reach
    Failure       // 503: the carrier fails
  };
  Pickup pickup = Pickup::Answer;
  Millis answer_after{1000};  // of ringing
  std::vector<PhoneStep> steps = {};
  bool operator==(const PhoneScript&) const = default;
};

inline constexpr size_t kMaxPhoneSteps = 50;
inline constexpr size_t kMaxPhoneKeys = 100;
inline constexpr size_t kMaxPhoneWords = 2000;  // bytes of one text to speak
/// Longest wait or tone, and longest ringing.
inline constexpr Millis kMaxPhoneTime{3'600'000};
inline constexpr uint16_t kMinToneHz = 100;
inline constexpr uint16_t kMaxToneHz = 3500;

/// What is wrong with a script: where ("/steps/2/text") and why.
struct ScriptError {
  std::string pointer;
  std::string what;
};
Result<void, ScriptError> check(const PhoneScript& script);

/// Numbers whose phones play a script from the start, for trying things out:
///   +1 500 555 0201  busy              +1 500 555 0208  presses 1234# after two seconds
///   +1 500 555 0202  rings out         +1 500 555 0209  a person: says hello and listens
///   +1 500 555 0203  rejects           +1 500 555 0210  hangs up after five seconds
///   +1 500 555 0204  no such number    +1 500 555 0211  plays a tone of 440 Hz for ten seconds
///   +1 500 555 0205  switched off      +1 500 555 0212  rings for ten seconds, then answers
///   +1 500 555 0206  voicemail with greeting and beep
///   +1 500 555 0207  echoes            +1 500 555 0213  the carrier fails
std::optional<PhoneScript> reserved_phone(std::string_view number);

/// What the network shall do next for a phone.
struct PhoneAction {
  enum class Kind : uint8_t {
    Refuse,  // the call, with `status`
    Ring,
    Answer,
    Wait,  // `step.time`, then finished()
    Play,  // `step`: keys, words or a tone; finished() when it is out
    Echo,  // go on at once
    HangUp
  };
  Kind kind = Kind::Ring;
  int status = 0;
  PhoneStep step = {};
  bool operator==(const PhoneAction&) const = default;
};
using PhoneActions = std::vector<PhoneAction>;

/// Plays a script over one call. Each function tells what to do next; nothing: wait for the next
/// event.
class PhonePlayer {
 public:
  explicit PhonePlayer(PhoneScript script) : script_(std::move(script)) {}

  /// A call came in.
  PhoneActions called() const;
  /// The call was answered, by this phone or the one it called.
  PhoneActions answered();
  /// What was to be waited for or played is over.
  PhoneActions finished();
  /// More steps, after those that are not done yet; at most kMaxPhoneSteps wait, what is beyond is
  /// left out.
  PhoneActions then(std::vector<PhoneStep> steps);

 private:
  PhoneActions next();

  PhoneScript script_;
  bool answered_ = false;
  bool idle_ = false;  // answered, and every step done
  size_t next_ = 0;
};

}  // namespace tandem::carrier::sandbox
