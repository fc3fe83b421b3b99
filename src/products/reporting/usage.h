#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"

/// Adding up detail records: what all reports are made of.
namespace tandem::products::reporting {

/// Records that one report reads at most.
inline constexpr int64_t kMostRecords = 100'000;

/// Dimensions that are made of the called number: "toll_free" or "did"; its country.
inline constexpr std::string_view kCalledProduct = "product";
inline constexpr std::string_view kCalledCountry = "country";

/// What a report asks for.
struct UsageQuery {
  std::string account;
  std::string kind;  // as filter[record_type] of /detail_records names it
  WallTime from{};   // inclusive
  WallTime to{};     // exclusive
  std::vector<std::string> dimensions = {};
  std::vector<std::string> metrics = {};
  /// Values of dimensions that count: any of those given for one, for each of those given.
  std::multimap<std::string, std::string> only = {};
};

/// One combination of the dimensions' values; amounts in billionths.
struct UsageRow {
  std::vector<std::string> values;  // of the dimensions, in their order
  std::vector<int64_t> amounts;     // of the metrics, in their order
};

/// The rows in the order of their values. 10015 when there are too many records for one report.
Result<std::vector<UsageRow>, api::ApiError> add_up(const store::Snapshot& snapshot,
                                                    const UsageQuery& query);

/// A record's value in a dimension: a field's text, "date" (day), "date_time" (hour) of its making,
/// "short_duration_call", those above when the record has no such field. Empty when it has none.
std::string dimension_of(json::View record, WallTime created_at, std::string_view dimension);

}  // namespace tandem::products::reporting
