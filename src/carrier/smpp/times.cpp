#include "carrier/smpp/times.h"

#include <array>

namespace tandem::carrier::smpp {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr size_t kTimeBytes = 16;
constexpr int kFirstYear = 2000;
constexpr seconds kLongestSpan = days(99);
constexpr int kMaxQuarters = 48;

void append_two(std::string& out, int64_t value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

/// The digits as numbers of two, or nothing when one is no digit.
template <size_t N>
std::optional<std::array<int, N>> pairs_of(std::string_view digits) {
  std::array<int, N> result{};
  for (size_t i = 0; i < N * 2; ++i) {
    if (digits[i] < '0' || digits[i] > '9') return std::nullopt;
    result[i / 2] = result[i / 2] * 10 + (digits[i] - '0');
  }
  return result;
}

std::optional<WallTime> moment(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return WallTime(std::chrono::sys_days(date) + hours(hour) + minutes(minute) + seconds(second));
}

/// YYMMDDhhmmss
std::string digits_of(WallTime time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<seconds>(time - day));
  std::string out;
  append_two(out, static_cast<int>(date.year()) % 100);
  append_two(out, static_cast<unsigned>(date.month()));
  append_two(out, static_cast<unsigned>(date.day()));
  append_two(out, clock.hours().count());
  append_two(out, clock.minutes().count());
  append_two(out, clock.seconds().count());
  return out;
}

}  // namespace

std::string write_absolute_time(WallTime time) { return digits_of(time) + "000+"; }

std::string write_relative_time(seconds span) {
  if (span < seconds(0)) span = seconds(0);
  if (span > kLongestSpan) span = kLongestSpan;
  std::string out = "0000";
  const auto whole_days = std::chrono::floor<days>(span);
  const std::chrono::hh_mm_ss clock(span - whole_days);
  append_two(out, whole_days.count());
  append_two(out, clock.hours().count());
  append_two(out, clock.minutes().count());
  append_two(out, clock.seconds().count());
  return out + "000R";
}

Result<std::optional<WallTime>> read_time(std::string_view text, WallTime now) {
  if (text.empty()) return std::nullopt;
  if (text.size() != kTimeBytes) return fail("a time has 16 characters");
  const auto parts = pairs_of<6>(text);
  const auto quarters = pairs_of<1>(text.substr(13));
  if (!parts || !quarters || text[12] < '0' || text[12] > '9') return fail("a time has digits");
  const auto [year, month, day, hour, minute, second] = *parts;
  if (text.back() == 'R') {
    return now + days(year * 365 + month * 30 + day) + hours(hour) + minutes(minute) +
           seconds(second);
  }
  if (text.back() != '+' && text.back() != '-') return fail("a time ends with +, - or R");
  const auto local = moment(kFirstYear + year, month, day, hour, minute, second);
  if (!local || (*quarters)[0] > kMaxQuarters) return fail("there is no such time");
  const minutes offset((*quarters)[0] * 15);
  const Millis tenths((text[12] - '0') * 100);
  return *local + tenths - (text.back() == '+' ? offset : -offset);
}

std::string write_receipt_time(WallTime time) { return digits_of(time).substr(0, 10); }

std::optional<WallTime> read_receipt_time(std::string_view text) {
  int century = kFirstYear;
  if (text.size() == 14) {
    const auto first = pairs_of<1>(text);
    if (!first) return std::nullopt;
    century = (*first)[0] * 100;
    text.remove_prefix(2);
  }
  if (text.size() != 10 && text.size() != 12) return std::nullopt;
  const std::string padded = std::string(text) + "00";
  const auto parts = pairs_of<6>(padded);
  if (!parts) return std::nullopt;
  const auto [year, month, day, hour, minute, second] = *parts;
  return moment(century + year, month, day, hour, minute, second);
}

}  // namespace tandem::carrier::smpp
