#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/contract.h"
#include "core/clock.h"
#include "store/store.h"

namespace tandem::contract {

/// A query string, decoded and checked against an operation.
struct QueryValues {
  /// Plain parameters as given: "include_sim_card_group" -> "true"; a list's values one by one.
  std::vector<std::pair<std::string, std::string>> plain;
  /// Conditions from filter[...] (and from plain parameters that are filters by their nature stay
  /// in `plain`): field path, operator and typed values; date literals are two conditions.
  std::vector<store::Condition> filters;
  std::vector<store::Order> sort;
  int64_t page_number = 1;
  int64_t page_size = 20;
  std::string cursor_after;
  std::string cursor_before;

  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  /// Every value of a plain parameter that is a list.
  std::vector<std::string_view> all(std::string_view name) const;
  /// The filter on a path, or null.
  const store::Condition* filter(std::string_view path) const;
};

/// Reads `raw` (still percent-encoded) for `operation`. Wrong are: malformed encoding (10015), an
/// unknown filter field or operator (10031), a value of the wrong type (10026), out of range
/// (10033) or not in an enum (10032), an unknown sort field (10015 on "sort"), a missing required
/// parameter (10004). Parameters the operation does not name are ignored, as the API does.
Result<QueryValues, ApiError> read_query(const Operation& operation, std::string_view raw,
                                         WallTime now);

/// The range of a date literal of the guide ("today", "last_week", "last_3_days", ...): start
/// inclusive, end exclusive. Nothing for any other text.
std::optional<std::pair<WallTime, WallTime>> date_literal(std::string_view text, WallTime now);

}  // namespace tandem::contract
