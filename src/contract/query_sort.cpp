#include <algorithm>

#include "contract/query_reader.h"
#include "contract/say.h"

namespace tandem::contract {
namespace {

constexpr size_t kMaxSortFields = 16;

/// The values the contract allows; none: it does not say.
std::span<const std::string_view> allowed_values(const Parameter* parameter) {
  if (!parameter) return {};
  const Schema schema = parameter->schema;
  if (const Schema value = schema.member("value")) return value.enum_values();
  if (const Schema items = schema.items()) return items.enum_values();
  return schema.enum_values();
}

bool contains(std::span<const std::string_view> values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// "-created_at", "+created_at", "created_at:desc" and "created_at.desc" taken apart.
store::Order parse_order(std::string_view text) {
  store::Order order;
  if (text.starts_with('-') || text.starts_with('+')) {
    order.descending = text[0] == '-';
    text.remove_prefix(1);
  }
  for (const std::string_view suffix : {":asc", ":desc", ".asc", ".desc"}) {
    if (!text.ends_with(suffix)) continue;
    order.descending = suffix.substr(1) == "desc";
    text.remove_suffix(suffix.size());
    break;
  }
  order.path = text;
  return order;
}

/// An enum that names "created_at" allows "-created_at" too.
bool is_allowed(std::span<const std::string_view> allowed, std::string_view text,
                const store::Order& order) {
  return contains(allowed, text) || contains(allowed, order.path) ||
         contains(allowed, "-" + order.path);
}

bool is_sort(const QueryPair& pair) {
  if (pair.base != "sort") return false;
  return pair.parts.empty() ||
         (pair.parts.size() == 1 && (pair.parts[0].empty() || pair.parts[0] == "value"));
}

void add_order(QueryContext& context, std::string_view text) {
  const auto allowed = allowed_values(context.parameter("sort"));
  if (allowed.size() == 2 && contains(allowed, "asc") && contains(allowed, "desc")) {
    if (!contains(allowed, text)) return context.wrong("10018", "sort", say_enum(allowed));
    context.values.sort.push_back({"created_at", text == "desc"});
    return;
  }
  store::Order order = parse_order(text);
  bool is_list = false;
  const Schema item = item_schema(context.operation, is_list);
  const bool known = allowed.empty() ? item.property_count() == 0 || field_schema(item, order.path)
                                     : is_allowed(allowed, text, order);
  if (!known || order.path.empty()) {
    return context.wrong(
        "10015", "sort",
        allowed.empty() ? "This list cannot be sorted by that field." : say_enum(allowed));
  }
  context.values.sort.push_back(std::move(order));
}

}  // namespace

bool read_sort(QueryContext& context, const QueryPair& pair) {
  if (!is_sort(pair)) return false;
  bool is_list = false;
  item_schema(context.operation, is_list);
  if (!is_list && !context.parameter("sort")) return true;
  std::string_view rest = pair.value;
  while (true) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (context.values.sort.size() == kMaxSortFields) {
      context.wrong("10015", "sort", "There are too many fields to sort by.");
      return true;
    }
    add_order(context, rest.substr(0, comma));
    if (comma == rest.size()) return true;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace tandem::contract
