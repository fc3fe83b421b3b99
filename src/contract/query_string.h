#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::contract {

/// One `name=value` of a query, decoded. "filter[tag][]" has the base "filter" and the parts "tag"
/// and ""; a name whose brackets do not match is all base.
struct QueryPair {
  std::string name;  // whole: "filter[tag][]"
  std::string base;
  std::vector<std::string> parts;
  std::string value;
};

/// Nothing when the text is malformed: bad percent-encoding, bytes that are no UTF-8, more pairs or
/// deeper brackets than anyone has use for.
std::optional<std::vector<QueryPair>> split_query(std::string_view raw);

}  // namespace tandem::contract
