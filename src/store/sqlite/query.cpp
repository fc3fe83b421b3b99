#include "store/sqlite/query.h"

#include "core/json.h"
#include "store/field_path.h"

namespace tandem::store::sqlite {
namespace {

/// The path in SQLite's JSON notation: '$."voice"."connection_id"'.
std::string json_path(std::string_view path) {
  std::string text = "'$";
  for (const std::string_view segment : path_segments(path)) {
    text += ".\"";
    text += segment;
    text += '"';
  }
  return text + "'";
}

/// The values as a JSON array, to be unpacked by json_each: one placeholder for any number.
std::string json_array(const std::vector<Scalar>& values) {
  std::string text;
  json::Writer writer(text);
  writer.array();
  for (const Scalar& value : values)
    std::visit([&writer](const auto& v) { writer.value(v); }, value);
  writer.end();
  return text;
}

/// Conditions that an index cannot find the rows of, but can be read through for.
bool is_scan(Compare compare) {
  switch (compare) {
    case Compare::Eq:
    case Compare::In:
    case Compare::IsNull:
    case Compare::Has:
      return false;
    default:
      return true;
  }
}

/// What it costs about, in microseconds, to look at one row's document and at one index entry.
constexpr double kDocumentCostMicros = 4.0;
constexpr double kEntryCostMicros = 0.4;

/// Whether walking through the account newest first, opening each document, finds the page sooner
/// than reading a field's whole index and sorting what matches.
bool is_dense(const Query& query, const Selectivity& known) {
  const double rows = static_cast<double>(rows_of_page(query) + query.offset + 1);
  const double matches = static_cast<double>(known.matches);
  if (matches < rows) return false;
  const double walked = rows * static_cast<double>(known.documents) / matches;
  return walked * kDocumentCostMicros < static_cast<double>(known.documents) * kEntryCostMicros;
}

}  // namespace

std::string field_expression(std::string_view path) {
  if (path == "created_at") return "created_at";
  return "json_extract(body," + json_path(path) + ")";
}

std::string SqliteQuery::index_hint(const Query& query,
                                    std::optional<Selectivity> selectivity) const {
  if (!query.account || !query.order.empty()) return {};
  const IndexLayout* scanned = nullptr;
  for (const Condition& term : query.where) {
    const IndexLayout* index = collection_.find_by_account(term.path);
    if (index == nullptr) continue;
    if (!is_scan(term.compare)) return {};  // an index finds the rows, SQLite knows which
    if (scanned == nullptr) scanned = index;
  }
  if (scanned == nullptr) return {};
  const bool dense = selectivity && is_dense(query, *selectivity);
  return " INDEXED BY \"" + (dense ? collection_.base_index : scanned->name) + '"';
}

std::string_view SqliteQuery::columns() const {
  return "sequence,id,account,revision,created_at,body";
}

std::string SqliteQuery::placeholder(const Parameter& parameter, Kind) {
  sql_.parameters.push_back(parameter);
  return "?";
}

std::string SqliteQuery::bind(const Scalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return placeholder(*text, Kind::Text);
  if (const auto* number = std::get_if<double>(&value)) return placeholder(*number, Kind::Number);
  return placeholder(int64_t{std::get<bool>(value)}, Kind::Boolean);
}

std::string SqliteQuery::field(std::string_view path, Kind kind) const {
  const std::string value = field_expression(path);
  if (kind != Kind::Text) return value;
  return "CASE WHEN typeof(" + value + ")='text' THEN " + value + " END";
}

std::string SqliteQuery::equal(std::string_view path, const Scalar& value) {
  return field_expression(path) + "=" + bind(value);
}

std::string SqliteQuery::range(std::string_view path, std::string_view op, const Scalar& value) {
  const std::string expression = field_expression(path);
  // All numbers sort before all text: a guard keeps a range within the type of its bound.
  const bool text = kind_of(value) == Kind::Text;
  const bool below = op.front() == '<';
  std::string guard;
  if (text && below) guard = " AND " + expression + ">=''";
  if (!text && !below) guard = " AND " + expression + "<''";
  return "(" + expression + std::string(op) + bind(value) + guard + ")";
}

std::string SqliteQuery::in(std::string_view path, const std::vector<Scalar>& values) {
  return field_expression(path) + " IN (SELECT value FROM json_each(" +
         placeholder(json_array(values), Kind::Text) + "))";
}

std::string SqliteQuery::has(std::string_view path, const std::vector<Scalar>& values) {
  const std::string at = json_path(path);
  return "(json_type(body," + at + ")='array' AND EXISTS (SELECT 1 FROM json_each(body," + at +
         ") AS item WHERE item.atom IN (SELECT value FROM json_each(" +
         placeholder(json_array(values), Kind::Text) + "))))";
}

std::string SqliteQuery::is_null(std::string_view path, bool null) {
  return field_expression(path) + (null ? " IS NULL" : " IS NOT NULL");
}

std::string SqliteQuery::last_characters(std::string_view text, std::string_view characters) const {
  return "substr(" + std::string(text) + ",-" + std::string(characters) + ")";
}

std::string SqliteQuery::position(std::string_view text, std::string_view part) const {
  return "instr(" + std::string(text) + "," + std::string(part) + ")";
}

std::string SqliteQuery::lower(std::string_view text) const {
  return "lower(" + std::string(text) + ")";
}

std::string SqliteQuery::order_terms(std::string_view path, bool descending) const {
  return field_expression(path) + (descending ? " DESC" : " ASC NULLS LAST");
}

}  // namespace tandem::store::sqlite
