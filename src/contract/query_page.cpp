#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "contract/query_reader.h"

namespace tandem::contract {
namespace {

constexpr int64_t kDefaultSize = 20;
constexpr int64_t kMaxSize = 250;              // where the contract gives pages but no limit
constexpr int64_t kMaxUndescribedSize = 1000;  // of the other styles, which give none at all
constexpr int64_t kMaxNumber = 1'000'000'000;

/// What a parameter means for the page.
enum class Role { None, Number, NumberFromZero, Size, After, Before };

/// "page[size]" for the ways it can come.
std::string full_name(const QueryPair& pair) {
  return pair.parts.empty() ? pair.base : pair.base + "[" + pair.parts[0] + "]";
}

Role role_of(Paging paging, std::string_view name) {
  if (paging == Paging::PageNumberSize || paging == Paging::Cursor) {
    if (name == "page[number]") return Role::Number;
    if (name == "page[size]" || name == "page[limit]") return Role::Size;
    if (name == "page[after]") return Role::After;
    if (name == "page[before]") return Role::Before;
  } else if (paging == Paging::RecordsPerPage) {
    if (name == "page") return Role::Number;
    if (name == "recordsPerPage" || name == "page_size") return Role::Size;
  } else if (paging == Paging::TexmlPages) {
    if (name == "Page") return Role::NumberFromZero;
    if (name == "PageSize") return Role::Size;
    if (name == "PageToken") return Role::After;
  }
  return Role::None;
}

/// The schema of the parameter, whether it is described as "page[size]" or as "page" with a member
/// "size".
Schema page_schema(const QueryContext& context, std::string_view name) {
  if (const Parameter* whole = context.parameter(name)) return whole->schema;
  const size_t open = name.find('[');
  if (open == std::string_view::npos) return {};
  const Parameter* outer = context.parameter(name.substr(0, open));
  if (!outer) return {};
  return outer->schema.member(name.substr(open + 1, name.size() - open - 2));
}

int64_t integer_of(std::string_view text, int64_t fallback) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : fallback;
}

int64_t max_size(Paging paging, Schema schema) {
  // What int32 holds limits no page.
  const bool limited = schema.maximum() && *schema.maximum() < INT32_MAX;
  if (limited) return static_cast<int64_t>(*schema.maximum());
  return paging == Paging::PageNumberSize || paging == Paging::Cursor ? kMaxSize
                                                                      : kMaxUndescribedSize;
}

void read_number(QueryContext& context, Role role, const std::string& name,
                 const std::string& text) {
  const int64_t value = integer_of(text, -1);
  if (value < 0 && !text.starts_with('-')) {
    return context.wrong("10026", name, "Must be a whole number.");
  }
  const Schema schema = page_schema(context, name);
  const bool size = role == Role::Size;
  const int64_t first = integer_of(schema.default_json(), 1) == 0 ? 0 : 1;
  const int64_t low = role == Role::NumberFromZero ? 0 : size ? 1 : first;
  const int64_t high = size ? max_size(context.operation.paging, schema) : kMaxNumber;
  if (value < low || value > high) {
    return context.wrong("10033", name, fmt::format("Must be between {} and {}.", low, high));
  }
  if (size) {
    context.values.page_size = value;
  } else {
    context.values.page_number =
        role == Role::NumberFromZero ? value + 1 : std::max<int64_t>(value, 1);
  }
}

}  // namespace

bool read_page(QueryContext& context, const QueryPair& pair) {
  const std::string name = full_name(pair);
  const Role role = pair.parts.size() > 1 ? Role::None : role_of(context.operation.paging, name);
  switch (role) {
    case Role::None:
      return false;
    case Role::After:
      context.values.cursor_after = pair.value;
      return true;
    case Role::Before:
      context.values.cursor_before = pair.value;
      return true;
    default:
      read_number(context, role, name, pair.value);
      return true;
  }
}

void default_page(QueryContext& context) {
  for (const std::string_view name : {"page[size]", "recordsPerPage", "page_size", "PageSize"}) {
    const Schema schema = page_schema(context, name);
    if (!schema) continue;
    context.values.page_size = std::clamp(integer_of(schema.default_json(), kDefaultSize),
                                          int64_t{1}, kMaxUndescribedSize);
    return;
  }
}

}  // namespace tandem::contract
