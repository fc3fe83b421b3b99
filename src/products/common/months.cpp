#include "products/common/months.h"

#include <algorithm>

namespace tandem::products {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

year_month_day date_of(WallTime time) { return year_month_day(floor<days>(time)); }

}  // namespace

WallTime day_of(WallTime time) { return floor<days>(time); }

WallTime month_of(WallTime time) {
  const year_month_day date = date_of(time);
  return sys_days(date.year() / date.month() / 1);
}

WallTime add_months(WallTime midnight, int months, unsigned day) {
  const year_month_day date = date_of(midnight);
  const auto month = date.year() / date.month() + std::chrono::months(months);
  const auto last = static_cast<unsigned>((month / std::chrono::last).day());
  return sys_days(month / std::chrono::day(std::min(day, last)));
}

unsigned day_of_month(WallTime time) { return static_cast<unsigned>(date_of(time).day()); }

std::string date_text(WallTime time) { return to_iso8601(time).substr(0, 10); }

}  // namespace tandem::products
