#include "ledger/money.h"

#include <algorithm>
#include <limits>

#include "core/assert.h"

namespace tandem::ledger {
namespace {

constexpr int kDecimals = 9;
constexpr int64_t kSecondsPerMinute = 60;

__extension__ using Wide = __int128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Nanos> narrow(Wide wide) {
  if (wide > std::numeric_limits<Nanos>::max() || wide < std::numeric_limits<Nanos>::min()) {
    return std::nullopt;
  }
  return static_cast<Nanos>(wide);
}

}  // namespace

std::string to_decimal(Nanos amount, int min_decimals) {
  TANDEM_ASSERT(min_decimals >= 0 && min_decimals <= kDecimals);
  const bool negative = amount < 0;
  // The smallest number has no positive counterpart of its own type.
  const uint64_t size =
      negative ? 0 - static_cast<uint64_t>(amount) : static_cast<uint64_t>(amount);
  std::string decimals = std::to_string(size % kNanosPerUnit);
  decimals.insert(0, kDecimals - decimals.size(), '0');
  while (decimals.size() > static_cast<size_t>(min_decimals) && decimals.back() == '0') {
    decimals.pop_back();
  }
  std::string text = negative ? "-" : "";
  text += std::to_string(size / kNanosPerUnit);
  if (!decimals.empty()) text.append(".").append(decimals);
  return text;
}

Result<Nanos> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  const size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view whole = digits.substr(0, point);
  const std::string_view part = point < digits.size() ? digits.substr(point + 1) : "0";
  const auto numeric = [](std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
  };
  if (!numeric(whole) || !numeric(part)) return fail("an amount is digits, as in 12.50");
  if (part.size() > kDecimals) return fail("an amount has at most 9 decimals");
  constexpr size_t kMaxWholeDigits = 10;  // nine billion
  const size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
  if (whole.size() - zeros > kMaxWholeDigits) return fail("the amount is too large");
  Wide nanos = 0;
  for (const char c : whole) nanos = nanos * 10 + (c - '0');
  for (int i = 0; i < kDecimals; ++i) {
    const auto at = static_cast<size_t>(i);
    nanos = nanos * 10 + (at < part.size() ? part[at] - '0' : 0);
  }
  const auto fits = narrow(negative ? -nanos : nanos);
  if (!fits) return fail("the amount is too large");
  return *fits;
}

std::optional<Nanos> times(Nanos price, int64_t quantity) {
  return narrow(static_cast<Wide>(price) * quantity);
}

std::optional<Nanos> for_duration(Nanos per_minute, int64_t seconds, int64_t first, int64_t step) {
  TANDEM_ASSERT(first >= 1 && step >= 1 && per_minute >= 0);
  if (seconds <= 0) return 0;
  const Wide beyond = std::max<Wide>(0, static_cast<Wide>(seconds) - first);
  const Wide counted = first + (beyond + step - 1) / step * step;
  const Wide total = counted * per_minute;
  return narrow((total + kSecondsPerMinute - 1) / kSecondsPerMinute);
}

}  // namespace tandem::ledger
