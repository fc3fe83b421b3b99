#include "telephony/media/dtmf_event.h"

#include <algorithm>

#include "core/assert.h"
#include "telephony/media/audio.h"
#include "telephony/rtp/bytes.h"
#include "telephony/rtp/packet.h"

namespace tandem::media {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kDigits = "0123456789*#ABCD";
constexpr uint8_t kEndBit = 0x80;
constexpr uint8_t kVolumeMask = 0x3F;
constexpr milliseconds kShortPause{500};
constexpr milliseconds kLongPause{1000};
constexpr milliseconds kGapTime{80};

}  // namespace

std::optional<DtmfEvent> read_dtmf_event(std::span<const uint8_t> payload) {
  if (payload.size() < kDtmfEventBytes) return std::nullopt;
  return DtmfEvent{.code = payload[0],
                   .end = (payload[1] & kEndBit) != 0,
                   .volume = static_cast<uint8_t>(payload[1] & kVolumeMask),
                   .duration = rtp::read16(payload.data() + 2)};
}

void write_dtmf_event(std::span<uint8_t> out, const DtmfEvent& event) {
  TANDEM_ASSERT(out.size() >= kDtmfEventBytes);
  out[0] = event.code;
  out[1] = static_cast<uint8_t>((event.end ? kEndBit : 0) | (event.volume & kVolumeMask));
  rtp::write16(out.data() + 2, event.duration);
}

std::optional<char> dtmf_digit(uint8_t code) {
  if (code >= kDigits.size()) return std::nullopt;
  return kDigits[code];
}

std::optional<uint8_t> dtmf_code(char digit) {
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  const size_t at = kDigits.find(digit);
  if (at == kDigits.npos) return std::nullopt;
  return static_cast<uint8_t>(at);
}

HeardDigit DtmfReceiver::close() {
  open_ = false;
  const uint64_t units = uint64_t{before_} + duration_;
  return {*dtmf_digit(code_), milliseconds(units * 1000 / clock_rate_)};
}

std::optional<HeardDigit> DtmfReceiver::on_event(uint32_t timestamp, const DtmfEvent& event,
                                                 Time now) {
  if (!dtmf_digit(event.code)) return std::nullopt;
  std::optional<HeardDigit> heard;
  if (!any_ || timestamp != timestamp_) {
    if (any_ && rtp::timestamp_distance(timestamp_, timestamp) < 0) return std::nullopt;
    // A digit held longer than the field can say goes on under a new timestamp.
    const bool goes_on = open_ && event.code == code_ && timestamp == timestamp_ + duration_;
    if (open_ && !goes_on) heard = close();
    before_ = goes_on ? before_ + duration_ : 0;
    any_ = true;
    open_ = true;
    timestamp_ = timestamp;
    code_ = event.code;
    duration_ = 0;
  } else if (!open_ || event.code != code_) {
    return std::nullopt;
  }
  last_ = now;
  duration_ = std::max<uint32_t>(duration_, event.duration);
  if (event.end && !heard) heard = close();
  return heard;
}

std::optional<HeardDigit> DtmfReceiver::on_idle(Time now) {
  if (!open_ || now - last_ < kGiveUpAfter) return std::nullopt;
  return close();
}

bool DigitSender::add(std::string_view digits, milliseconds duration) {
  if (waiting() + digits.size() > kMaxDigits) return false;
  const bool known = std::all_of(digits.begin(), digits.end(), [](char c) {
    return c == 'w' || c == 'W' || dtmf_code(c).has_value();
  });
  if (!known) return false;
  const milliseconds length = std::clamp(duration, kMinDuration, kMaxDuration);
  for (const char c : digits) {
    if (c == 'w' || c == 'W') {
      queue_.push_back({std::nullopt, c == 'w' ? kShortPause : kLongPause});
    } else {
      queue_.push_back({dtmf_code(c), length});
    }
  }
  return true;
}

void DigitSender::clear() {
  queue_.clear();
  next_ = 0;
  elapsed_ = milliseconds(0);
  gap_ = milliseconds(0);
}

DigitSender::Step DigitSender::next() {
  Step step;
  if (gap_.count() > 0) {
    gap_ -= kFrameTime;
    step.kind = Kind::Gap;
    return step;
  }
  if (waiting() == 0) return step;
  const Item item = queue_[next_];
  step.first = elapsed_.count() == 0;
  elapsed_ += kFrameTime;
  step.elapsed = elapsed_;
  step.last = elapsed_ >= item.duration;
  if (item.code) {
    step.kind = Kind::Digit;
    step.code = *item.code;
  }
  if (step.last) {
    if (++next_ == queue_.size()) {
      queue_.clear();
      next_ = 0;
    }
    elapsed_ = milliseconds(0);
    if (item.code) gap_ = kGapTime;
  }
  return step;
}

}  // namespace tandem::media
