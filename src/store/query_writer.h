#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/layout.h"
#include "store/store.h"

namespace tandem::store {

using Parameter = std::variant<std::string, double, int64_t>;

/// A statement and the values of its placeholders, in order.
struct Sql {
  std::string text;
  std::vector<Parameter> parameters;
};

/// Columns of a row in the order in which every SELECT of ours names them.
inline constexpr int kSequenceColumn = 0;
inline constexpr int kIdColumn = 1;
inline constexpr int kAccountColumn = 2;
inline constexpr int kRevisionColumn = 3;
inline constexpr int kCreatedAtColumn = 4;
inline constexpr int kBodyColumn = 5;

/// Turns a Query into SQL. What both databases say alike is here; a dialect adds the rest. Values
/// are always parameters; paths stand in the text, after is_field_path().
class QueryWriter {
 public:
  explicit QueryWriter(const CollectionLayout& collection) : collection_(collection) {}
  virtual ~QueryWriter() = default;
  QueryWriter(const QueryWriter&) = delete;
  QueryWriter& operator=(const QueryWriter&) = delete;

  /// Rows of a page and one more, should one follow.
  Sql page(const Query& query);
  Sql count(const Query& query);

 protected:
  /// Types that a value in a condition can have.
  enum class Kind { Text, Number, Boolean };
  static Kind kind_of(const Scalar& value);

  /// What follows the table's name to say how to get at the rows; empty: the database's choice.
  virtual std::string index_hint(const Query& query) const = 0;
  /// The columns of a row, as kSequenceColumn and so on.
  virtual std::string_view columns() const = 0;
  /// Adds a parameter and gives its placeholder.
  virtual std::string placeholder(const Parameter& parameter, Kind kind) = 0;
  /// The field as a value of that kind, or NULL; "id" and "created_at" never come here.
  virtual std::string field(std::string_view path, Kind kind) const = 0;
  /// `field = value`, in the form that finds an index.
  virtual std::string equal(std::string_view path, const Scalar& value) = 0;
  /// `field > value` and the like, for values of one kind.
  virtual std::string range(std::string_view path, std::string_view op, const Scalar& value) = 0;
  virtual std::string in(std::string_view path, const std::vector<Scalar>& values) = 0;
  virtual std::string has(std::string_view path, const std::vector<Scalar>& values) = 0;
  virtual std::string is_null(std::string_view path, bool null) = 0;
  /// The first and the last `characters` of `text`; where `part` begins in `text`, from 1.
  virtual std::string first_characters(std::string_view text,
                                       std::string_view characters) const = 0;
  virtual std::string last_characters(std::string_view text, std::string_view characters) const = 0;
  virtual std::string position(std::string_view text, std::string_view part) const = 0;
  virtual std::string lower(std::string_view text) const = 0;
  /// The ORDER BY terms of a field, nulls last.
  virtual std::string order_terms(std::string_view path, bool descending) const = 0;

  std::string condition(const Condition& condition);

  const CollectionLayout& collection_;
  Sql sql_;

 private:
  std::string sequences(const Query& query, const std::string& hint);
  std::string merged(const Query& query, size_t split);
  std::optional<size_t> splittable(const Query& query) const;
  std::string window(int64_t limit, int64_t offset);
  std::string filter(const Query& query);
  std::string any_of(const std::vector<Condition>& group);
  std::string created_at(const Condition& condition);
  std::string id(const Condition& condition);
  std::string on_field(const Condition& condition);
  std::string match(const std::string& text, Compare compare, const std::string& value);
  std::string order(const Query& query) const;
};

/// Milliseconds since 1970 of a value for created_at; nothing when it is no time.
std::optional<int64_t> created_at_millis(const Scalar& value);

}  // namespace tandem::store
