#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tandem::media {

/// One telephone-event payload (RFC 4733 section 2.3).
struct DtmfEvent {
  /// 0 to 15: the digits 0-9 * # A-D.
  uint8_t code = 0;
  bool end = false;
  /// In -dBm0.
  uint8_t volume = 10;
  /// In units of the stream's clock.
  uint16_t duration = 0;
};

inline constexpr size_t kDtmfEventBytes = 4;

std::optional<DtmfEvent> read_dtmf_event(std::span<const uint8_t> payload);
void write_dtmf_event(std::span<uint8_t> out, const DtmfEvent& event);
/// '0' to '9', '*', '#', 'A' to 'D'; nothing for other codes (flash, tones).
std::optional<char> dtmf_digit(uint8_t code);
/// Also takes small letters.
std::optional<uint8_t> dtmf_code(char digit);

/// A digit that was heard.
struct HeardDigit {
  char digit;
  std::chrono::milliseconds duration;
};

/// Makes digits of event packets, each reported once: when its end is heard, or when packets stop
/// coming, since the three end packets may all be lost.
class DtmfReceiver {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kGiveUpAfter{250};

  explicit DtmfReceiver(uint32_t clock_rate = 8000) : clock_rate_(clock_rate) {}
  std::optional<HeardDigit> on_event(uint32_t timestamp, const DtmfEvent& event, Time now);
  /// To be asked now and then while listening() holds.
  std::optional<HeardDigit> on_idle(Time now);
  /// A digit has begun and was not reported yet.
  bool listening() const { return open_; }

 private:
  HeardDigit close();

  uint32_t clock_rate_;
  bool any_ = false;
  bool open_ = false;
  uint32_t timestamp_ = 0;
  uint8_t code_ = 0;
  uint32_t duration_ = 0;
  /// Of earlier segments of a long event.
  uint32_t before_ = 0;
  Time last_{};
};

/// Plays out a sequence of digits in steps of 20 ms, as events or tones as the leg decides.
class DigitSender {
 public:
  static constexpr size_t kMaxDigits = 512;
  static constexpr std::chrono::milliseconds kMinDuration{60};
  static constexpr std::chrono::milliseconds kMaxDuration{6000};

  enum class Kind : uint8_t {
    /// Nothing to send, or a pause the caller asked for: other audio may flow.
    Flow,
    /// The gap between two digits: nothing else may be sent.
    Gap,
    /// 20 ms of the digit.
    Digit,
  };
  struct Step {
    Kind kind = Kind::Flow;
    uint8_t code = 0;
    bool first = false;
    bool last = false;
    /// Of the digit up to the end of this step.
    std::chrono::milliseconds elapsed{0};
  };

  /// Adds digits, `w` (pause of 0.5 s) and `W` (1 s). False, with nothing added, when a character
  /// is none of them or the queue would exceed kMaxDigits.
  bool add(std::string_view digits, std::chrono::milliseconds duration);
  void clear();
  bool active() const { return waiting() > 0 || gap_.count() > 0; }
  Step next();

 private:
  struct Item {
    /// Nothing for a pause.
    std::optional<uint8_t> code;
    std::chrono::milliseconds duration;
  };
  size_t waiting() const { return queue_.size() - next_; }
  std::vector<Item> queue_;
  /// The item being played; those before it are done.
  size_t next_ = 0;
  std::chrono::milliseconds elapsed_{0};
  std::chrono::milliseconds gap_{0};
};

}  // namespace tandem::media
