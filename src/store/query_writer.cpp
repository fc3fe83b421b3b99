#include "store/query_writer.h"

#include <algorithm>
#include <cmath>

#include "store/field_path.h"
#include "store/limits.h"
#include "store/reading.h"
#include "store/text.h"

namespace tandem::store {
namespace {

constexpr std::string_view kNever = "1=0";
constexpr std::string_view kAlways = "1=1";

std::string_view range_operator(Compare compare) {
  switch (compare) {
    case Compare::Gt:
      return ">";
    case Compare::Gte:
      return ">=";
    case Compare::Lt:
      return "<";
    case Compare::Lte:
      return "<=";
    default:
      return {};
  }
}

bool is_usable(const Scalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return is_storable_text(*text);
  if (const auto* number = std::get_if<double>(&value)) return std::isfinite(*number);
  return true;
}

/// Values that some field could have; the rest can't match anything.
std::vector<Scalar> usable_values(const std::vector<Scalar>& values) {
  std::vector<Scalar> usable;
  std::copy_if(values.begin(), values.end(), std::back_inserter(usable), is_usable);
  return usable;
}

/// The first text after all that begin with `prefix`, when case makes no difference to it (the
/// digits of a phone number): then a prefix is a range, which an index finds.
std::optional<Scalar> end_of_prefix(const std::string& prefix) {
  const bool plain = std::all_of(prefix.begin(), prefix.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c >= ' ' && c < '~' && !letter;
  });
  if (!plain || prefix.empty()) return std::nullopt;
  std::string end = prefix;
  ++end.back();
  return end;
}

std::vector<Scalar> distinct(std::vector<Scalar> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

std::optional<int64_t> created_at_millis(const Scalar& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    constexpr double kFarthestMillis = 9e15;
    if (!(std::abs(*number) < kFarthestMillis)) return std::nullopt;
    return static_cast<int64_t>(*number);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  const auto time = parse_iso8601(*text);
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

QueryWriter::Kind QueryWriter::kind_of(const Scalar& value) {
  if (std::holds_alternative<std::string>(value)) return Kind::Text;
  return std::holds_alternative<double>(value) ? Kind::Number : Kind::Boolean;
}

Sql QueryWriter::page(const Query& query) {
  sql_ = {};
  const std::string table = '"' + collection_.table + '"';
  const std::string select = "SELECT " + std::string(columns()) + " FROM " + table;
  const std::string hint = index_hint(query);
  const auto split = splittable(query);
  if (query.order.empty() && hint.empty() && !split) {
    const std::string where = filter(query);
    sql_.text =
        select + where + order(query) + window(rows_of_page(query) + 1, offset_of_page(query));
  } else {
    // Sorting carries sequences only; bodies are read for the rows of the page.
    const std::string inner = split ? merged(query, *split) : sequences(query, hint);
    sql_.text = select + " WHERE sequence IN (" + inner + ")" + order(query);
  }
  return std::move(sql_);
}

Sql QueryWriter::count(const Query& query) {
  sql_ = {};
  const std::string hint = index_hint(query);
  const std::string where = filter(query);
  sql_.text = "SELECT count(*) FROM \"" + collection_.table + '"' + hint + where;
  return std::move(sql_);
}

std::string QueryWriter::sequences(const Query& query, const std::string& hint) {
  const std::string where = filter(query);
  return "SELECT sequence FROM \"" + collection_.table + '"' + hint + where + order(query) +
         window(rows_of_page(query) + 1, offset_of_page(query));
}

std::string QueryWriter::merged(const Query& query, size_t split) {
  const std::vector<Scalar> values = distinct(usable_values(query.where[split].values));
  const int64_t depth = rows_of_page(query) + 1 + offset_of_page(query);
  std::string parts;
  for (const Scalar& value : values) {
    Query part = query;
    part.where[split] = {query.where[split].path, Compare::Eq, {value}};
    const std::string where = filter(part);
    parts += parts.empty() ? "" : " UNION ALL ";
    parts += "SELECT * FROM (SELECT sequence,created_at FROM \"" + collection_.table + '"' + where +
             order(query) + window(depth, 0) + ") AS part";
  }
  return "SELECT sequence FROM (" + parts + ") AS parts" + order(query) +
         window(rows_of_page(query) + 1, offset_of_page(query));
}

std::optional<size_t> QueryWriter::splittable(const Query& query) const {
  // In steps through one value after the other, which gives no order: so each value is read
  // newest first, as far as the page can need it, and the parts are merged.
  if (!query.order.empty() || !query.account) return std::nullopt;
  std::optional<size_t> split;
  for (size_t i = 0; i < query.where.size(); ++i) {
    const Condition& term = query.where[i];
    if (collection_.find_by_account(term.path) == nullptr) continue;
    if (term.compare == Compare::Eq) return std::nullopt;
    const size_t values = distinct(usable_values(term.values)).size();
    if (term.compare == Compare::In && values >= 1 && values <= kMaxMergedValues) split = i;
  }
  return split;
}

std::string QueryWriter::window(int64_t limit, int64_t offset) {
  std::string window = " LIMIT " + placeholder(limit, Kind::Number);
  if (offset > 0) window += " OFFSET " + placeholder(offset, Kind::Number);
  return window;
}

std::string QueryWriter::filter(const Query& query) {
  std::string where;
  const auto add = [&where](const std::string& term) {
    where += where.empty() ? " WHERE " : " AND ";
    where += term;
  };
  if (query.account) {
    const bool possible = is_storable_text(*query.account);
    add(possible ? "account=" + placeholder(*query.account, Kind::Text) : std::string(kNever));
  }
  for (const Condition& term : query.where) add(condition(term));
  for (const auto& group : query.any) add(any_of(group));
  return where;
}

std::string QueryWriter::any_of(const std::vector<Condition>& group) {
  std::string any;
  for (const Condition& term : group) {
    if (!any.empty()) any += " OR ";
    any += condition(term);
  }
  return any.empty() ? std::string(kNever) : "(" + any + ")";
}

std::string QueryWriter::condition(const Condition& condition) {
  if (!is_field_path(condition.path)) return std::string(kNever);
  if (condition.path == "created_at") return created_at(condition);
  if (condition.path == "id") return id(condition);
  return on_field(condition);
}

std::string QueryWriter::created_at(const Condition& condition) {
  if (condition.compare == Compare::NotNull) return std::string(kAlways);
  if (condition.compare == Compare::In) {
    std::string any;
    for (const Scalar& value : condition.values) {
      const auto millis = created_at_millis(value);
      if (!millis) continue;
      any += (any.empty() ? "created_at=" : " OR created_at=") + placeholder(*millis, Kind::Number);
    }
    return any.empty() ? std::string(kNever) : "(" + any + ")";
  }
  std::string_view op = range_operator(condition.compare);
  if (condition.compare == Compare::Eq) op = "=";
  if (condition.compare == Compare::Ne) op = "<>";
  if (op.empty() || condition.values.empty()) return std::string(kNever);
  const auto millis = created_at_millis(condition.values.front());
  if (!millis) return std::string(kNever);
  return "created_at" + std::string(op) + placeholder(*millis, Kind::Number);
}

std::string QueryWriter::id(const Condition& condition) {
  if (condition.compare == Compare::NotNull) return std::string(kAlways);
  std::vector<std::string> texts;
  for (const Scalar& value : condition.values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && is_usable(value)) texts.push_back(*text);
  }
  if (texts.empty()) {
    const bool differs = condition.compare == Compare::Ne && !condition.values.empty();
    return std::string(differs ? kAlways : kNever);
  }
  switch (condition.compare) {
    case Compare::Eq:
      return "id=" + placeholder(texts.front(), Kind::Text);
    case Compare::Ne:
      return "id<>" + placeholder(texts.front(), Kind::Text);
    case Compare::In: {
      std::string any;
      for (const std::string& text : texts) {
        any += (any.empty() ? "" : ",") + placeholder(text, Kind::Text);
      }
      return "id IN (" + any + ")";
    }
    case Compare::StartsWith:
    case Compare::EndsWith:
    case Compare::Contains:
      return match("id", condition.compare, texts.front());
    default:
      break;
  }
  const std::string_view op = range_operator(condition.compare);
  if (op.empty()) return std::string(kNever);
  return "id" + std::string(op) + placeholder(texts.front(), Kind::Text);
}

std::string QueryWriter::on_field(const Condition& condition) {
  const Compare compare = condition.compare;
  if (compare == Compare::IsNull) return is_null(condition.path, true);
  if (compare == Compare::NotNull) return is_null(condition.path, false);
  const bool had_values = !condition.values.empty();
  const std::vector<Scalar> values = usable_values(condition.values);
  if (values.empty()) {
    const bool differs = compare == Compare::Ne && had_values;
    return std::string(differs ? kAlways : kNever);
  }
  const Scalar& value = values.front();
  switch (compare) {
    case Compare::Eq:
      return equal(condition.path, value);
    case Compare::Ne:
      return "(" + equal(condition.path, value) + ") IS NOT TRUE";
    case Compare::In:
      return in(condition.path, values);
    case Compare::Has:
      return has(condition.path, values);
    case Compare::StartsWith:
    case Compare::EndsWith:
    case Compare::Contains: {
      const auto* text = std::get_if<std::string>(&value);
      if (text == nullptr) return std::string(kNever);
      const auto end = compare == Compare::StartsWith ? end_of_prefix(*text) : std::nullopt;
      std::string both;  // placeholders count in the order of the text
      if (end) both = range(condition.path, ">=", value) + " AND ";
      if (end) both += range(condition.path, "<", *end) + " AND ";
      return both + match(field(condition.path, Kind::Text), compare, *text);
    }
    default:
      break;
  }
  if (kind_of(value) == Kind::Boolean) return std::string(kNever);
  return range(condition.path, range_operator(compare), value);
}

std::string QueryWriter::match(const std::string& text, Compare compare, const std::string& value) {
  if (value.empty()) return "(" + text + " IS NOT NULL)";
  const std::string wanted = ascii_lower(value);
  const std::string lowered = lower(text);
  if (compare == Compare::Contains) {
    return "(" + position(lowered, placeholder(wanted, Kind::Text)) + ">0)";
  }
  const auto characters = static_cast<int64_t>(count_characters(wanted));
  const std::string size = placeholder(characters, Kind::Number);
  const std::string part = compare == Compare::StartsWith ? first_characters(lowered, size)
                                                          : last_characters(lowered, size);
  return "(" + part + "=" + placeholder(wanted, Kind::Text) + ")";
}

std::string QueryWriter::order(const Query& query) const {
  std::string terms;
  bool descending = true;
  for (const Order& order : query.order) {
    if (!is_field_path(order.path)) continue;
    descending = order.descending;
    const bool column = order.path == "id" || order.path == "created_at";
    if (!terms.empty()) terms += ",";
    terms +=
        column ? order.path + (descending ? " DESC" : " ASC") : order_terms(order.path, descending);
  }
  // Equal rows follow in the same direction, as in the indexes: then one serves the whole order.
  // Over all accounts none has created_at, and the table's own order has to do.
  const std::string_view way = descending ? " DESC" : " ASC";
  if (!terms.empty()) terms += ",";
  if (query.account) terms.append("created_at").append(way).append(",");
  return " ORDER BY " + terms + "sequence" + std::string(way);
}

}  // namespace tandem::store
