#include "telephony/call/info_digits.h"

#include <algorithm>

#include "telephony/media/dtmf_event.h"
#include "telephony/sip/grammar.h"

namespace tandem::call {
namespace {

constexpr std::chrono::milliseconds kShortPause{500};
constexpr std::chrono::milliseconds kLongPause{1'000};
constexpr uint64_t kLongestKeyMs = 60'000;

bool is_pause(char c) { return c == 'w' || c == 'W'; }

std::optional<char> key(std::string_view text) {
  if (text == "10") return '*';
  if (text == "11") return '#';
  if (text.size() != 1) return std::nullopt;
  const auto code = media::dtmf_code(text.front());
  return code ? media::dtmf_digit(*code) : std::nullopt;
}

}  // namespace

void InfoDigits::add(std::string_view digits, std::chrono::milliseconds duration) {
  const bool valid = std::all_of(digits.begin(), digits.end(), [](char c) {
    return is_pause(c) || media::dtmf_code(c).has_value();
  });
  if (!valid || waiting_.size() + digits.size() > kMaxDigits) return sender_.on_digits_done();
  duration_ = duration;
  waiting_ += digits;
  if (!timer_.running()) next();
}

void InfoDigits::stop() {
  waiting_.clear();
  timer_.stop();
}

void InfoDigits::next() {
  if (waiting_.empty()) return sender_.on_digits_done();
  const char digit = waiting_.front();
  waiting_.erase(0, 1);
  if (is_pause(digit)) return timer_.start(digit == 'w' ? kShortPause : kLongPause);
  timer_.start(duration_ + kGap);
  sender_.send_info_digit(digit, duration_);
}

std::optional<Digit> read_info_digit(std::string_view content_type, std::string_view body) {
  Digit out{.digit = '0', .duration = {}, .source = Digit::Source::Info};
  if (sip::iequals(content_type, "application/dtmf")) {
    const auto pressed = key(sip::trim(body));
    if (!pressed) return std::nullopt;
    out.digit = *pressed;
    return out;
  }
  if (!sip::iequals(content_type, "application/dtmf-relay")) return std::nullopt;
  std::optional<char> pressed;
  while (!body.empty()) {
    const size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const size_t equal = line.find('=');
    if (equal == std::string_view::npos) continue;
    const std::string_view name = sip::trim(line.substr(0, equal));
    const std::string_view value = sip::trim(line.substr(equal + 1));
    if (sip::iequals(name, "Signal")) pressed = key(value);
    if (sip::iequals(name, "Duration")) {
      out.duration = std::chrono::milliseconds(sip::parse_number(value, kLongestKeyMs).value_or(0));
    }
  }
  if (!pressed) return std::nullopt;
  out.digit = *pressed;
  return out;
}

std::string write_info_digit(char digit, std::chrono::milliseconds duration) {
  return "Signal=" + std::string(1, digit) + "\r\nDuration=" + std::to_string(duration.count()) +
         "\r\n";
}

}  // namespace tandem::call
