#include "core/clock.h"

#include <optional>

#include <date/date.h>
#include <fmt/format.h>

#include "core/assert.h"

namespace tandem {
namespace {

int64_t machine_ms() {
  return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Reads exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Writes `value` with leading zeros over the `digits` characters at `at`.
void put_digits(std::string& text, size_t at, size_t digits, int64_t value) {
  for (size_t i = at + digits; i > at; value /= 10) text[--i] = static_cast<char>('0' + value % 10);
}

/// `.f` to `.fffffffff`, cut to millis; 0 when there is no point.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int millis = 0;
  size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 3) millis = millis * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (size_t i = digits; i < 3; ++i) millis *= 10;
  return millis;
}

/// `Z`, `+hh`, `+hhmm`, `+hh:mm` and the same with `-`; must be all that is left.
std::optional<std::chrono::minutes> take_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!text.empty()) {
    take(text, ':');
    const auto m = take_number(text, 2);
    if (!m || *m > 59 || !text.empty()) return std::nullopt;
    minutes = *m;
  }
  return std::chrono::minutes(sign * (*hours * 60 + minutes));
}

}  // namespace

WallTime SystemClock::now() const { return WallTime(Millis(machine_ms())); }

VirtualClock::VirtualClock(WallTime start, bool frozen) : frozen_(frozen) {
  if (frozen) {
    frozen_ms_ = start.time_since_epoch().count();
  } else {
    offset_ms_ = start.time_since_epoch().count() - machine_ms();
  }
}

VirtualClock::VirtualClock() = default;

WallTime VirtualClock::now() const {
  const int64_t base = frozen_ ? frozen_ms_ : machine_ms();
  return WallTime(Millis(base + offset_ms_.load(std::memory_order_relaxed)));
}

void VirtualClock::advance(Millis by) {
  TANDEM_ASSERT(by.count() >= 0);
  offset_ms_.fetch_add(by.count(), std::memory_order_relaxed);
  std::vector<std::function<void()>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener();
}

void VirtualClock::on_advance(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

std::string to_iso8601(WallTime time) {
  const auto day = date::floor<date::days>(time);
  const date::year_month_day ymd(day);
  const date::hh_mm_ss<Millis> tod(time - day);
  // Every document and every line of the log has some: so by hand, where fmt would do.
  std::string text = "0000-00-00T00:00:00.000Z";
  const int year = static_cast<int>(ymd.year());
  put_digits(text, 5, 2, static_cast<unsigned>(ymd.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(ymd.day()));
  put_digits(text, 11, 2, tod.hours().count());
  put_digits(text, 14, 2, tod.minutes().count());
  put_digits(text, 17, 2, tod.seconds().count());
  put_digits(text, 20, 3, tod.subseconds().count());
  if (year < 0 || year > 9999) return std::to_string(year) + text.substr(4);
  put_digits(text, 0, 4, year);
  return text;
}

Result<WallTime> parse_iso8601(std::string_view text) {
  const auto bad = [] { return fail("not a date-time of the form YYYY-MM-DDThh:mm:ss.fffZ"); };
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return bad();
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return bad();
  const auto day = take_number(text, 2);
  if (!day) return bad();
  const date::year_month_day ymd(date::year(*year), date::month(static_cast<unsigned>(*month)),
                                 date::day(static_cast<unsigned>(*day)));
  if (!ymd.ok()) return fail("no such day in the calendar");
  const WallTime midnight = date::sys_days(ymd);
  if (text.empty()) return midnight;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return bad();
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return bad();
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return bad();
  int seconds = 0;
  int millis = 0;
  if (take(text, ':')) {
    const auto s = take_number(text, 2);
    if (!s || *s > 60) return bad();
    seconds = *s;
    const auto f = take_fraction(text);
    if (!f) return bad();
    millis = *f;
  }
  const auto offset = take_offset(text);
  if (!offset) return bad();
  return midnight + std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
         std::chrono::seconds(seconds) + Millis(millis) - *offset;
}

std::string to_http_date(WallTime time) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = date::floor<date::days>(time);
  const date::year_month_day ymd(day);
  const date::hh_mm_ss<Millis> tod(time - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[date::weekday(day).c_encoding()], static_cast<unsigned>(ymd.day()),
                     kMonths[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()),
                     tod.hours().count(), tod.minutes().count(), tod.seconds().count());
}

}  // namespace tandem
