#include "store/postgres/query.h"

#include <algorithm>

#include "store/field_path.h"
#include "store/postgres/key.h"
#include "store/text.h"

namespace tandem::store::postgres {
namespace {

/// The value as JSON: body->'voice'->'connection_id'. Steps go through objects only.
std::string json_at(std::string_view path) {
  std::string at = "body";
  for (const std::string_view segment : path_segments(path)) {
    at.append("->'").append(segment).append("'");
  }
  return "(" + at + ")";
}

std::string call(std::string_view function, std::string_view path) {
  return std::string(function) + json_at(path);
}

std::string collated(const std::string& text) { return "(" + text + " COLLATE \"C\")"; }

/// An element of an array literal.
std::string element(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

void append_element(std::string& array, const std::string& element) {
  array += (array.size() > 1 ? "," : "") + element;
}

}  // namespace

std::string index_expression(std::string_view path, Index::Kind kind) {
  if (path == "created_at") return "created_at";
  return kind == Index::Kind::Number ? call("tandem_number", path)
                                     : collated(call("tandem_key", path));
}

std::string PostgresQuery::index_hint(const Query&) const { return {}; }

std::string_view PostgresQuery::columns() const {
  return "sequence,id,account,revision,created_at,coalesce(letter,body::text)";
}

std::string PostgresQuery::placeholder(const Parameter& parameter, Kind) {
  sql_.parameters.push_back(parameter);
  const std::string name = "$" + std::to_string(sql_.parameters.size());
  if (std::holds_alternative<std::string>(parameter)) return name + "::text";
  return name + (std::holds_alternative<double>(parameter) ? "::numeric" : "::bigint");
}

std::string PostgresQuery::bind(const Scalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return placeholder(*text, Kind::Text);
  if (const auto* number = std::get_if<double>(&value)) return placeholder(*number, Kind::Number);
  return placeholder(std::string(std::get<bool>(value) ? "true" : "false"), Kind::Boolean);
}

std::string PostgresQuery::field(std::string_view path, Kind kind) const {
  if (kind == Kind::Number) return call("tandem_number", path);
  const std::string at = json_at(path);
  return "(CASE WHEN json_typeof(" + at + ")='string' THEN " + at + "#>>'{}' END)";
}

bool PostgresQuery::has_index(std::string_view path, Index::Kind kind) const {
  const Index* index = collection_.find(path);
  return index != nullptr && index->kind == kind;
}

std::string PostgresQuery::text_of(std::string_view path, size_t characters) const {
  // A key of the index is the text itself up to that length.
  const bool indexed = has_index(path, Index::Kind::Text) && characters <= kPlainKeyCharacters;
  return collated(call(indexed ? "tandem_key" : "tandem_text", path));
}

std::string PostgresQuery::equal(std::string_view path, const Scalar& value) {
  if (kind_of(value) == Kind::Number) return call("tandem_number", path) + "=" + bind(value);
  const auto* text = std::get_if<std::string>(&value);
  const size_t characters = text == nullptr ? 0 : count_characters(*text);
  if (characters <= kPlainKeyCharacters || !has_index(path, Index::Kind::Text)) {
    return text_of(path, characters) + "=" + bind(value);
  }
  // The index finds the few of the same shortened key.
  return "(" + index_expression(path, Index::Kind::Text) + "=tandem_shortened(" + bind(value) +
         ") AND " + collated(call("tandem_text", path)) + "=" + bind(value) + ")";
}

std::string PostgresQuery::range(std::string_view path, std::string_view op, const Scalar& value) {
  if (kind_of(value) == Kind::Number) {
    return call("tandem_number", path) + std::string(op) + bind(value);
  }
  const auto* text = std::get_if<std::string>(&value);
  const size_t characters = text == nullptr ? 0 : count_characters(*text);
  return text_of(path, characters) + std::string(op) + bind(value);
}

std::string PostgresQuery::any_of(const std::string& text, const std::string& number,
                                  const std::vector<Scalar>& values) {
  std::string texts = "{";
  std::string numbers = "{";
  for (const Scalar& value : values) {
    if (const auto* plain = std::get_if<std::string>(&value))
      append_element(texts, element(*plain));
    if (const auto* flag = std::get_if<bool>(&value))
      append_element(texts, *flag ? "true" : "false");
    if (const auto* one = std::get_if<double>(&value)) append_element(numbers, number_text(*one));
  }
  std::string any;
  if (texts.size() > 1) any = text + "=ANY((" + placeholder(texts + "}", Kind::Text) + ")::text[])";
  if (numbers.size() > 1) {
    if (!any.empty()) any += " OR ";
    any += number + "=ANY((" + placeholder(numbers + "}", Kind::Text) + ")::numeric[])";
  }
  return "(" + any + ")";
}

std::string PostgresQuery::in(std::string_view path, const std::vector<Scalar>& values) {
  size_t longest = 0;
  for (const Scalar& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr) longest = std::max(longest, count_characters(*text));
  }
  return any_of(text_of(path, longest), call("tandem_number", path), values);
}

std::string PostgresQuery::has(std::string_view path, const std::vector<Scalar>& values) {
  const std::string at = json_at(path);
  return "EXISTS (SELECT 1 FROM json_array_elements(CASE WHEN json_typeof(" + at +
         ")='array' THEN " + at + " ELSE '[]'::json END) AS items(item) WHERE " +
         any_of("tandem_text(item)", "tandem_number(item)", values) + ")";
}

std::string PostgresQuery::is_null(std::string_view path, bool null) {
  const std::string missing = "(" + json_at(path) + "#>>'{}') IS NULL";
  if (!null) return "NOT (" + missing + ")";
  const Index* index = collection_.find(path);
  if (index == nullptr) return missing;
  return "(" + index_expression(path, index->kind) + " IS NULL AND " + missing + ")";
}

std::string PostgresQuery::first_characters(std::string_view text,
                                            std::string_view characters) const {
  return "left(" + std::string(text) + ",(" + std::string(characters) + ")::int)";
}

std::string PostgresQuery::last_characters(std::string_view text,
                                           std::string_view characters) const {
  return "right(" + std::string(text) + ",(" + std::string(characters) + ")::int)";
}

std::string PostgresQuery::position(std::string_view text, std::string_view part) const {
  return "strpos(" + std::string(text) + "," + std::string(part) + ")";
}

std::string PostgresQuery::lower(std::string_view text) const {
  return "lower(" + collated(std::string(text)) + ")";
}

std::string PostgresQuery::order_terms(std::string_view path, bool descending) const {
  const std::string way = descending ? " DESC NULLS LAST" : " ASC NULLS LAST";
  if (const Index* index = collection_.find(path)) {
    return index_expression(path, index->kind) + way;
  }
  // A field of unknown type: numbers before text.
  const std::string number = call("tandem_number", path) + way;
  const std::string text = collated(call("tandem_text", path)) + way;
  return descending ? text + "," + number : number + "," + text;
}

}  // namespace tandem::store::postgres
