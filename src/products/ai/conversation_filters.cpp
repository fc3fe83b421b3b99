#include "products/ai/conversation_filters.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace tandem::products::ai {
namespace {

using api::ApiError;
using store::Compare;

constexpr int64_t kDefaultLimit = 20;
constexpr int64_t kMostRows = 1'000;

/// "metadata->assistant_id" -> "metadata.assistant_id"
std::string path_of(std::string_view name) {
  std::string path(name);
  if (const size_t arrow = path.find("->"); arrow != std::string::npos) path.replace(arrow, 2, ".");
  return path;
}

/// A pattern of `like`: '%' or '*' at its ends.
store::Condition pattern(std::string path, std::string_view value) {
  const auto is_wild = [](char c) { return c == '%' || c == '*'; };
  const bool open_start = !value.empty() && is_wild(value.front());
  if (open_start) value.remove_prefix(1);
  const bool open_end = !value.empty() && is_wild(value.back());
  if (open_end) value.remove_suffix(1);
  const Compare compare = open_start && open_end ? Compare::Contains
                          : open_start           ? Compare::EndsWith
                          : open_end             ? Compare::StartsWith
                                                 : Compare::Eq;
  return {std::move(path), compare, {std::string(value)}};
}

/// "gte.2025-06-01" of a field; nothing when there is no such operator.
std::optional<store::Condition> condition_of(std::string_view name, std::string_view text) {
  static constexpr std::pair<std::string_view, Compare> kOperators[] = {
      {"eq", Compare::Eq},   {"neq", Compare::Ne}, {"gt", Compare::Gt},
      {"gte", Compare::Gte}, {"lt", Compare::Lt},  {"lte", Compare::Lte}};
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view word = text.substr(0, dot);
  const std::string_view value = text.substr(dot + 1);
  if (word == "like" || word == "ilike") return pattern(path_of(name), value);
  for (const auto& [known, compare] : kOperators) {
    if (known == word) return store::Condition{path_of(name), compare, {std::string(value)}};
  }
  return std::nullopt;
}

ApiError wrong(std::string_view parameter) {
  return ApiError::parameter("10015", std::string(parameter),
                             "A filter is an operator and a value: eq.text, gte.2025-06-01.");
}

/// "(created_at.gt.2025-04-01,name.eq.x)": one of them must hold.
bool read_either(std::string_view text, store::Query& query) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  text = text.substr(1, text.size() - 2);
  std::vector<store::Condition> group;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t dot = item.find('.');
    if (dot == std::string_view::npos) return false;
    const std::string_view name = item.substr(0, dot);
    const bool known = std::find(kConversationFilters.begin(), kConversationFilters.end(), name) !=
                       kConversationFilters.end();
    auto condition = condition_of(name, item.substr(dot + 1));
    if (!known || !condition) return false;
    group.push_back(std::move(*condition));
  }
  query.any.push_back(std::move(group));
  return true;
}

/// "last_message_at.desc"
bool read_order(std::string_view text, store::Query& query) {
  const size_t dot = std::min(text.find('.'), text.size());
  const std::string_view name = text.substr(0, dot);
  const std::string_view direction = text.substr(std::min(dot + 1, text.size()));
  const bool known = name == "created_at" || name == "last_message_at" || name == "name";
  if (!known || (!direction.empty() && direction != "asc" && direction != "desc")) return false;
  query.order = {{std::string(name), direction == "desc"}};
  return true;
}

}  // namespace

Result<void, ApiError> filter_conversations(const api::Call& call, const store::Snapshot&,
                                            store::Query& query) {
  for (const std::string_view name : kConversationFilters) {
    const std::string_view text = call.query.get(name);
    if (text.empty()) continue;
    auto condition = condition_of(name, text);
    if (!condition) return tl::unexpected(wrong(name));
    query.where.push_back(std::move(*condition));
  }
  if (const std::string_view text = call.query.get("or"); !text.empty()) {
    if (!read_either(text, query)) return tl::unexpected(wrong("or"));
  }
  if (const std::string_view text = call.query.get("order"); !text.empty()) {
    if (!read_order(text, query)) {
      return tl::unexpected(
          ApiError::parameter("10015", "order", "An order is a field and a direction."));
    }
  }
  int64_t limit = kDefaultLimit;
  const std::string_view text = call.query.get("limit");
  std::from_chars(text.data(), text.data() + text.size(), limit);
  query.limit = std::clamp<int64_t>(limit, 1, kMostRows);
  return {};
}

}  // namespace tandem::products::ai
