#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/query.h"
#include "contract/query_string.h"

// The parts of read_query. Private to the room.

namespace tandem::contract {

/// What each part reads from and writes to.
struct QueryContext {
  const Operation& operation;
  WallTime now;
  QueryValues& values;
  std::vector<ErrorItem>& problems;

  /// The query parameter of that name, or null.
  const Parameter* parameter(std::string_view name) const;
  void wrong(std::string code, std::string parameter, std::string detail);
};

/// The schema of one item of the list the operation answers with, else of the object under "data";
/// empty when neither is described. `is_list` tells which.
Schema item_schema(const Operation& operation, bool& is_list);

/// A field of an answered item by its dotted path; through lists it goes to their items. Empty when
/// there is none.
Schema field_schema(Schema item, std::string_view path);

/// Whether the pair asks for a page; read then.
bool read_page(QueryContext& context, const QueryPair& pair);
/// The page an operation gives when it is not asked for another.
void default_page(QueryContext& context);

/// Whether the pair asks for an order; read then.
bool read_sort(QueryContext& context, const QueryPair& pair);

/// Gathers filters pair by pair, since lists come in several, and tells what they mean together.
class FilterReader {
 public:
  explicit FilterReader(QueryContext& context);
  /// Whether the pair is a filter; read then.
  bool read(const QueryPair& pair);
  /// Turns what was gathered into conditions.
  void finish();

 private:
  /// All that was asked of one field with one operator.
  struct Term {
    std::string path;
    std::string name;  // of the parameter, for errors
    store::Compare compare;
    Schema filter;  // what the contract says of the value, or empty
    Schema field;   // what it says of the answered field, or empty
    std::vector<std::string> values;
    bool listed = false;  // came with []
  };
  struct Target {
    std::string path;
    Schema filter;
    bool known = false;
  };

  const Parameter* filter_parameter(const QueryPair& pair) const;
  Target target_of(const QueryPair& pair, const Parameter* parameter, store::Compare& compare,
                   bool& valid) const;
  void add_term(Term term);
  void split_lists(Term& term) const;
  bool check_values(const Term& term);
  bool suits(Schema wanted, const std::string& value, const std::string& name);
  void emit(const Term& term);
  void emit_times(const Term& term, bool only_days);
  void emit_time(const Term& term, const std::string& text, bool only_days);
  void emit_range(const Term& term, WallTime start, WallTime end, bool only_days);
  void emit_values(const Term& term);
  void push(const Term& term, store::Compare compare, std::vector<store::Scalar> values);

  QueryContext& context_;
  bool is_list_ = false;
  Schema item_;
  std::vector<Term> terms_;
};

}  // namespace tandem::contract
