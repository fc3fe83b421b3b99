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

}  // namespace

std::string field_expression(std::string_view path) {
  if (path == "created_at") return "created_at";
  return "json_extract(body," + json_path(path) + ")";
}

Sql SqliteQuery::probe(const Query& query, const Condition& condition, int64_t most) {
  sql_ = {};
  sql_.text = "SELECT count(*) FROM (SELECT 1 FROM \"" + collection_.table +
              "\" WHERE account=" + placeholder(*query.account, Kind::Text);
  sql_.text += " AND " + this->condition(condition);
  sql_.text += " LIMIT " + placeholder(most, Kind::Number) + ")";
  return std::move(sql_);
}

std::string SqliteQuery::index_hint(const Query&) const {
  return index_name_ == nullptr ? std::string() : " INDEXED BY \"" + *index_name_ + '"';
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

std::string SqliteQuery::first_characters(std::string_view text,
                                          std::string_view characters) const {
  return "substr(" + std::string(text) + ",1," + std::string(characters) + ")";
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
