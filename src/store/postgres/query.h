#pragma once

#include "store/query_writer.h"

namespace tandem::store::postgres {

/// The expression that an index of a field is made over: tandem_key() for text and booleans,
/// tandem_number() for numbers (schema.cpp says what they do).
std::string index_expression(std::string_view path, Index::Kind kind);

/// Queries as PostgreSQL understands them. Text compares by bytes (collation "C") everywhere.
class PostgresQuery final : public QueryWriter {
 public:
  using QueryWriter::QueryWriter;

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

  bool has_index(std::string_view path, Index::Kind kind) const;
  std::string bind(const Scalar& value);
  std::string text_of(std::string_view path, size_t characters) const;
  std::string any_of(const std::string& text, const std::string& number,
                     const std::vector<Scalar>& values);
};

}  // namespace tandem::store::postgres
