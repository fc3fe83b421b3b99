#pragma once

#include <string>

#include "core/clock.h"

/// Days and months of the calendar, UTC, as what recurs is counted by them.
namespace tandem::products {

/// Midnight at which the day of `time` begins.
WallTime day_of(WallTime time);
/// Midnight at which the month of `time` begins.
WallTime month_of(WallTime time);
/// The same midnight `months` later (or earlier), on `day` of the month, or on its last day when it
/// is shorter.
WallTime add_months(WallTime midnight, int months, unsigned day);
/// Day of the month of `time`, from 1.
unsigned day_of_month(WallTime time);
/// "2026-11-20"
std::string date_text(WallTime time);

}  // namespace tandem::products
