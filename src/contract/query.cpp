#include "contract/query.h"

#include <algorithm>

#include "contract/query_reader.h"

namespace tandem::contract {
namespace {

void add_plain(QueryContext& context, const Parameter& parameter, std::string_view value) {
  const Schema schema =
      parameter.style == Parameter::Style::List ? parameter.schema.items() : parameter.schema;
  if (!schema.validate_text(value, parameter.name, context.problems)) return;
  context.values.plain.emplace_back(std::string(parameter.name), std::string(value));
}

/// A list comes as `a,b`, as `x=a&x=b` or as `x[]=a&x[]=b`.
void read_plain(QueryContext& context, const QueryPair& pair) {
  const Parameter* parameter = context.parameter(pair.name);
  if (!parameter && pair.parts.size() == 1 && pair.parts[0].empty()) {
    parameter = context.parameter(pair.base);
  }
  if (!parameter) return;
  if (parameter->style != Parameter::Style::List || !pair.parts.empty()) {
    return add_plain(context, *parameter, pair.value);
  }
  std::string_view rest = pair.value;
  while (true) {
    const size_t comma = std::min(rest.find(','), rest.size());
    add_plain(context, *parameter, rest.substr(0, comma));
    if (comma == rest.size()) return;
    rest.remove_prefix(comma + 1);
  }
}

void read_pairs(QueryContext& context, const std::vector<QueryPair>& pairs) {
  FilterReader filters(context);
  for (const QueryPair& pair : pairs) {
    if (!read_page(context, pair) && !read_sort(context, pair) && !filters.read(pair)) {
      read_plain(context, pair);
    }
  }
  filters.finish();
}

void check_required(QueryContext& context, const std::vector<QueryPair>& pairs) {
  for (const Parameter& parameter : context.operation.parameters) {
    if (parameter.in != Parameter::In::Query || !parameter.required) continue;
    const bool given = std::any_of(pairs.begin(), pairs.end(), [&](const QueryPair& pair) {
      return pair.name == parameter.name || pair.base == parameter.name;
    });
    if (given) continue;
    context.wrong("10004", std::string(parameter.name), "This parameter is required.");
  }
}

}  // namespace

std::optional<std::string_view> QueryValues::find(std::string_view name) const {
  for (const auto& [known, value] : plain) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view QueryValues::get(std::string_view name, std::string_view fallback) const {
  return find(name).value_or(fallback);
}

std::vector<std::string_view> QueryValues::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [known, value] : plain) {
    if (known == name) values.push_back(value);
  }
  return values;
}

const store::Condition* QueryValues::filter(std::string_view path) const {
  for (const store::Condition& condition : filters) {
    if (condition.path == path) return &condition;
  }
  return nullptr;
}

Result<QueryValues, ApiError> read_query(const Operation& operation, std::string_view raw,
                                         WallTime now) {
  QueryValues values;
  ApiError error;
  QueryContext context{operation, now, values, error.items};
  const auto pairs = split_query(raw);
  if (!pairs) return refuse("10015", "The query string is malformed.");
  default_page(context);
  if (!pairs->empty()) read_pairs(context, *pairs);
  check_required(context, *pairs);
  if (!error.items.empty()) return tl::unexpected(std::move(error));
  return values;
}

}  // namespace tandem::contract
