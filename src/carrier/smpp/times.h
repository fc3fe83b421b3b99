#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

/// Times as SMPP writes them (section 7.1): "YYMMDDhhmmsstnnp", where p is + or - for a moment with
/// its offset from UTC in quarters of an hour, or R for a span from now.
namespace tandem::carrier::smpp {

/// The moment in UTC; years 2000 to 2099.
std::string write_absolute_time(WallTime time);
/// The span, 0 to 99 days, as days, hours, minutes and seconds.
std::string write_relative_time(std::chrono::seconds span);
/// The moment meant, relative ones counted from `now` (a month has 30 days, a year 365); none for
/// an empty text, an error for what is no time.
Result<std::optional<WallTime>> read_time(std::string_view text, WallTime now);

/// The short form in receipts (appendix B): "YYMMDDhhmm", UTC.
std::string write_receipt_time(WallTime time);
/// With seconds or without them, with two or four digits of the year; none for anything else.
std::optional<WallTime> read_receipt_time(std::string_view text);

}  // namespace tandem::carrier::smpp
