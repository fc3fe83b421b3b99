#pragma once

#include "store/query_writer.h"

namespace tandem::store::sqlite {

/// The value of a field of the document, in the words that the indexes use too.
std::string field_expression(std::string_view path);

/// Queries as SQLite understands them. A JSON value keeps its type there (text, number; true and
/// false are 1 and 0), and numbers sort before text.
class SqliteQuery final : public QueryWriter {
 public:
  using QueryWriter::QueryWriter;

  /// Goes through this index; null: SQLite's choice.
  void use(const std::string* index_name) { index_name_ = index_name; }
  /// Counts the rows of one condition alone, to no more than `most`.
  Sql probe(const Query& query, const Condition& condition, int64_t most);

 private:
  std::string index_hint(const Query& query) const override;
  std::string_view columns() const override;
  std::string placeholder(const Parameter& parameter, Kind kind) override;
  std::string field(std::string_view path, Kind kind) const override;
  std::string equal(std::string_view path, const Scalar& value) override;
  std::string range(std::string_view path, std::string_view op, const Scalar& value) override;
  std::string in(std::string_view path, const std::vector<Scalar>& values) override;
  std::string has(std::string_view path, const std::vector<Scalar>& values) override;
  std::string is_null(std::string_view path, bool null) override;
  std::string first_characters(std::string_view text, std::string_view characters) const override;
  std::string last_characters(std::string_view text, std::string_view characters) const override;
  std::string position(std::string_view text, std::string_view part) const override;
  std::string lower(std::string_view text) const override;
  std::string order_terms(std::string_view path, bool descending) const override;
  std::string bind(const Scalar& value);

  const std::string* index_name_ = nullptr;
};

}  // namespace tandem::store::sqlite
