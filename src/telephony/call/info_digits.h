#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/call/events.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::call {

/// Sends keys by SIP INFO one after the other, each when the one before has been sounding for its
/// duration, with pauses in between.
class InfoDigits {
 public:
  static constexpr size_t kMaxDigits = 512;
  static constexpr std::chrono::milliseconds kGap{100};

  class Sender {
   public:
    virtual void send_info_digit(char digit, std::chrono::milliseconds duration) = 0;
    virtual void on_digits_done() = 0;

   protected:
    ~Sender() = default;
  };

  InfoDigits(sip::TimerWheel& wheel, Sender& sender)
      : sender_(sender), timer_(wheel, sip::bind<&InfoDigits::next>(*this)) {}

  /// Digits and the pauses w and W. Unknown characters or too many: nothing is sent, it is done.
  void add(std::string_view digits, std::chrono::milliseconds duration);
  void stop();

 private:
  void next();

  Sender& sender_;
  std::string waiting_;
  std::chrono::milliseconds duration_{250};
  sip::Timer timer_;
};

/// The key in the body of an INFO: application/dtmf-relay ("Signal=5\r\nDuration=160") or
/// application/dtmf ("5"). Nothing for other bodies.
std::optional<Digit> read_info_digit(std::string_view content_type, std::string_view body);
std::string write_info_digit(char digit, std::chrono::milliseconds duration);

}  // namespace tandem::call
