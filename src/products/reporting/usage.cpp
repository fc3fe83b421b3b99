#include "products/reporting/usage.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ledger/money.h"
#include "products/common/country_of.h"
#include "products/common/detail_records.h"

namespace tandem::products::reporting {
namespace {

using ledger::kNanosPerUnit;
using store::Compare;

constexpr int64_t kRowsAtOnce = 1'000;
constexpr size_t kDayLength = 10;  // of "2026-11-20T..."
constexpr size_t kHourLength = 13;
/// Calls up to this long count as short (guide on usage reports).
constexpr int64_t kShortCallSeconds = 6;

/// A number, or decimal text, in billionths.
int64_t amount_of(json::View value) {
  if (value.is_integer()) return value.integer() * kNanosPerUnit;
  if (value.is_number()) {
    return static_cast<int64_t>(std::llround(value.number() * static_cast<double>(kNanosPerUnit)));
  }
  return ledger::parse_decimal(value.string()).value_or(0);
}

/// What a record adds to a metric: 1 for counts, else the field of that name.
int64_t metric_of(json::View record, std::string_view metric) {
  if (metric == "count" || metric == "attempted") return kNanosPerUnit;
  if (metric == "connected" || metric == "completed") {
    return record["call_sec"].integer() > 0 ? kNanosPerUnit : 0;
  }
  return amount_of(record[metric]);
}

/// Whether the record has one of the wanted values in each dimension that is narrowed.
bool is_wanted(json::View record, WallTime created_at, const UsageQuery& query) {
  for (auto at = query.only.begin(); at != query.only.end();) {
    const auto end = query.only.upper_bound(at->first);
    const std::string value = dimension_of(record, created_at, at->first);
    bool found = false;
    for (; at != end; ++at) found = found || at->second == value;
    if (!found) return false;
  }
  return true;
}

/// Prefixes of toll-free numbers in the North American plan and of the universal ones (UIFN).
constexpr std::array<std::string_view, 8> kTollFree = {"+1800", "+1833", "+1844", "+1855",
                                                       "+1866", "+1877", "+1888", "+800"};

/// What the called number says in a dimension that no record has a field for.
std::string of_called_number(std::string_view number, std::string_view dimension) {
  if (dimension == kCalledCountry) return std::string(country_of(number));
  if (dimension != kCalledProduct || number.empty()) return {};
  const bool free = std::any_of(kTollFree.begin(), kTollFree.end(), [&](std::string_view prefix) {
    return number.starts_with(prefix);
  });
  return free ? "toll_free" : "did";
}

class Sums {
 public:
  explicit Sums(const UsageQuery& query) : query_(query) {}

  void add(json::View record, WallTime created_at) {
    if (!is_wanted(record, created_at, query_)) return;
    std::vector<std::string> values;
    for (const std::string& dimension : query_.dimensions) {
      values.push_back(dimension_of(record, created_at, dimension));
    }
    auto& amounts = sums_[std::move(values)];
    amounts.resize(query_.metrics.size());
    for (size_t i = 0; i < amounts.size(); ++i) amounts[i] += metric_of(record, query_.metrics[i]);
  }

  std::vector<UsageRow> rows() const {
    std::vector<UsageRow> rows;
    for (const auto& [values, amounts] : sums_) rows.push_back({values, amounts});
    return rows;
  }

 private:
  const UsageQuery& query_;
  std::map<std::vector<std::string>, std::vector<int64_t>> sums_;
};

}  // namespace

std::string dimension_of(json::View record, WallTime created_at, std::string_view dimension) {
  if (dimension == "date") return to_iso8601(created_at).substr(0, kDayLength);
  if (dimension == "date_time") return to_iso8601(created_at).substr(0, kHourLength) + ":00:00Z";
  if (dimension == "short_duration_call") {
    const int64_t seconds = record["call_sec"].integer();
    return seconds > 0 && seconds <= kShortCallSeconds ? "true" : "false";
  }
  const json::View value = record[dimension];
  if (value.is_null()) return of_called_number(record["cld"].string(), dimension);
  return value.is_string() ? std::string(value.string()) : value.text();
}

Result<std::vector<UsageRow>, api::ApiError> add_up(const store::Snapshot& snapshot,
                                                    const UsageQuery& query) {
  Sums sums(query);
  store::Query records;
  records.collection = std::string(kDetailRecords);
  records.account = query.account;
  records.where = {{"_kind", Compare::Eq, {query.kind}},
                   {"created_at", Compare::Gte, {to_iso8601(query.from)}},
                   {"created_at", Compare::Lt, {to_iso8601(query.to)}}};
  records.limit = kRowsAtOnce;
  for (bool more = true; more; records.offset += kRowsAtOnce) {
    if (records.offset >= kMostRecords) {
      return api::refuse("10015", "There are too many records for one report: ask for less time.");
    }
    const store::Page page = snapshot.list(records);
    for (const store::Row& row : page.rows) {
      if (const auto record = json::Document::parse(row.body)) {
        sums.add(record->root(), row.created_at);
      }
    }
    more = page.more;
  }
  return sums.rows();
}

}  // namespace tandem::products::reporting
