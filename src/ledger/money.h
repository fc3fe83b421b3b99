#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace tandem::ledger {

/// An amount of money in billionths of its currency's unit: exact for every price there is, and
/// good for nine billion units either way.
using Nanos = int64_t;

inline constexpr Nanos kNanosPerUnit = 1'000'000'000;

/// "300.00", "-0.0025": as many decimals as it takes, but at least `min_decimals` (at most 9).
std::string to_decimal(Nanos amount, int min_decimals = 2);

/// Reads `-?digits[.digits]`, at most 9 decimals. Exponents, signs but '-', and what does not fit
/// are refused.
Result<Nanos> parse_decimal(std::string_view text);

/// `price` times `quantity`; nothing when that does not fit.
std::optional<Nanos> times(Nanos price, int64_t quantity);

/// What `seconds` cost at `per_minute`, when the first `first` seconds count as a whole and then
/// every `step` (both at least 1); fractions of a nano are rounded up. Nothing when it does not
/// fit. No time costs nothing.
std::optional<Nanos> for_duration(Nanos per_minute, int64_t seconds, int64_t first, int64_t step);

}  // namespace tandem::ledger
