#include <array>
#include <charconv>
#include <chrono>

#include "contract/query.h"

// The named ranges of the guide on parameters. Days, weeks (from Monday) and months are UTC. Those
// with a number are whole hours, days or weeks: the past ones end where the current one begins.

namespace tandem::contract {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::weeks;
using MaybeRange = std::optional<std::pair<WallTime, WallTime>>;

constexpr int kMaxUnits = 10'000;

std::pair<WallTime, WallTime> range_from(WallTime start, Millis length) {
  return {start, start + length};
}

WallTime day_of(WallTime now) { return std::chrono::floor<days>(now); }

WallTime week_of(WallTime now) {
  const auto day = std::chrono::floor<days>(now);
  return day - (std::chrono::weekday(day) - std::chrono::Monday);
}

/// The first of the month that lies `offset` months from the current one.
WallTime month_of(WallTime now, int offset) {
  const std::chrono::year_month_day day(std::chrono::floor<days>(now));
  const auto month = std::chrono::year_month(day.year(), day.month()) + std::chrono::months(offset);
  return std::chrono::sys_days(month / 1);
}

std::pair<WallTime, WallTime> month_range(WallTime now, int offset) {
  return {month_of(now, offset), month_of(now, offset + 1)};
}

MaybeRange fixed_range(std::string_view text, WallTime now) {
  if (text == "yesterday") return range_from(day_of(now) - days(1), days(1));
  if (text == "today") return range_from(day_of(now), days(1));
  if (text == "tomorrow") return range_from(day_of(now) + days(1), days(1));
  if (text == "last_week") return range_from(week_of(now) - weeks(1), weeks(1));
  if (text == "this_week") return range_from(week_of(now), weeks(1));
  if (text == "next_week") return range_from(week_of(now) + weeks(1), weeks(1));
  if (text == "last_month") return month_range(now, -1);
  if (text == "this_month") return month_range(now, 0);
  if (text == "next_month") return month_range(now, 1);
  return std::nullopt;
}

MaybeRange counted_range(bool past, int count, std::string_view unit, WallTime now) {
  if (unit == "hours") {
    const WallTime hour = std::chrono::floor<hours>(now);
    return past ? range_from(hour - hours(count), hours(count))
                : range_from(hour + hours(1), hours(count));
  }
  if (unit == "days") {
    const WallTime day = day_of(now);
    return range_from(past ? day - days(count) : day, days(count));
  }
  if (unit == "weeks") {
    const WallTime week = week_of(now);
    return range_from(past ? week - weeks(count) : week + weeks(1), weeks(count));
  }
  return std::nullopt;
}

}  // namespace

MaybeRange date_literal(std::string_view text, WallTime now) {
  if (auto range = fixed_range(text, now)) return range;
  const bool past = text.starts_with("last_");
  if (!past && !text.starts_with("next_")) return std::nullopt;
  text.remove_prefix(5);
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 1 || count > kMaxUnits) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (!text.starts_with('_')) return std::nullopt;
  return counted_range(past, count, text.substr(1), now);
}

}  // namespace tandem::contract
