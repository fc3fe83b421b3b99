#include <algorithm>
#include <utility>

#include "contract/query_reader.h"

// Which field and operator a filter names; query_values.cpp tells what its values mean.

namespace tandem::contract {
namespace {

using store::Compare;

constexpr size_t kMaxFilterValues = 200;

struct OperatorWord {
  std::string_view word;
  Compare compare;
};

constexpr OperatorWord kOperators[] = {
    {"eq", Compare::Eq},
    {"ne", Compare::Ne},
    {"gt", Compare::Gt},
    {"gte", Compare::Gte},
    {"lt", Compare::Lt},
    {"lte", Compare::Lte},
    {"in", Compare::In},
    {"starts_with", Compare::StartsWith},
    {"startswith", Compare::StartsWith},
    {"ends_with", Compare::EndsWith},
    {"endswith", Compare::EndsWith},
    {"contains", Compare::Contains},
};

const OperatorWord* operator_of(std::string_view word) {
  const auto* const found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                         [&](const OperatorWord& o) { return o.word == word; });
  return found == std::end(kOperators) ? nullptr : found;
}

/// Members of the schema may have dots in their names, or be nested in each other.
Schema filter_member(Schema schema, std::string_view path) {
  if (const Schema whole = schema.member(path)) return whole;
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos) return {};
  return filter_member(schema.member(path.substr(0, dot)), path.substr(dot + 1));
}

/// What the contract says of the value itself: the operator's member, else that of "eq", else
/// what stands beside the operators.
Schema value_schema(Schema field, std::string_view word) {
  if (const Schema own = field.member(word)) return own;
  const bool part_of_text = word == "starts_with" || word == "ends_with" || word == "contains";
  if (part_of_text) return {};
  if (const Schema equal = field.member("eq")) return equal;
  return field;
}

bool accepts_lists(Compare compare) {
  return compare == Compare::Eq || compare == Compare::Ne || compare == Compare::In;
}

/// The filter at `path` as the parameters of that name describe it: an operation may have several.
Schema described_filter(const Operation& operation, std::string_view name, std::string_view path) {
  for (const Parameter& parameter : operation.parameters) {
    const bool holds_filters = parameter.in == Parameter::In::Query && parameter.name == name &&
                               parameter.style == Parameter::Style::DeepObject;
    if (!holds_filters) continue;
    if (const Schema field = filter_member(parameter.schema, path)) return field;
  }
  return {};
}

}  // namespace

const Parameter* QueryContext::parameter(std::string_view name) const {
  for (const Parameter& candidate : operation.parameters) {
    if (candidate.in == Parameter::In::Query && candidate.name == name) return &candidate;
  }
  return nullptr;
}

void QueryContext::wrong(std::string code, std::string parameter, std::string detail) {
  constexpr size_t kMaxProblems = 10;
  if (problems.size() >= kMaxProblems) return;
  problems.push_back({std::move(code), std::move(detail), {}, std::move(parameter)});
}

Schema item_schema(const Operation& operation, bool& is_list) {
  const Schema answer = operation.success_schema();
  is_list = operation.verb == Verb::Get;
  if (answer.kind() == Schema::Kind::Array) return answer.items();
  const Schema data = answer.member("data");
  if (data.kind() == Schema::Kind::Array) return data.items();
  if (!data || operation.paging != Paging::None) {
    for (size_t i = 0; i < answer.property_count(); ++i) {
      const Schema::Property member = answer.property(i);
      if (member.schema.kind() == Schema::Kind::Array) return member.schema.items();
    }
  }
  is_list = is_list && operation.paging != Paging::None;
  return data;
}

Schema field_schema(Schema item, std::string_view path) {
  if (item.kind() == Schema::Kind::Array) item = item.items();
  const size_t dot = path.find('.');
  const Schema member = item.member(path.substr(0, dot));
  if (!member || dot == std::string_view::npos) return member;
  return field_schema(member, path.substr(dot + 1));
}

FilterReader::FilterReader(QueryContext& context)
    : context_(context), item_(item_schema(context.operation, is_list_)) {}

/// The parameter whose schema describes the filter: "filter" (or another one with members), or
/// one that spells out this very filter.
const Parameter* FilterReader::filter_parameter(const QueryPair& pair) const {
  if (const Parameter* exact = context_.parameter(pair.name)) return exact;
  const Parameter* outer = context_.parameter(pair.base);
  return outer && outer->style == Parameter::Style::DeepObject ? outer : nullptr;
}

FilterReader::Target FilterReader::target_of(const QueryPair& pair, const Parameter* parameter,
                                             Compare& compare, bool& valid) const {
  const bool is_filter = pair.base == "filter" || pair.base == "filters";
  std::vector<std::string_view> words(pair.parts.begin(), pair.parts.end());
  if (!words.empty() && words.back().empty()) words.pop_back();
  if (!is_filter) words.insert(words.begin(), pair.base);  // created_at[gte]
  Target target;
  valid = !words.empty() && std::find(words.begin(), words.end(), "") == words.end();
  if (!valid) return target;
  std::string_view word = "eq";
  if (const OperatorWord* found = operator_of(words.back()); found && words.size() > 1) {
    word = found->word;
    compare = found->compare;
    words.pop_back();
  }
  for (const std::string_view part : words) {
    if (!target.path.empty()) target.path += '.';
    target.path += part;
  }
  if (parameter && parameter->name == pair.name) {
    target.filter = parameter->schema;
    target.known = true;
    return target;
  }
  const Schema field = is_filter   ? described_filter(context_.operation, pair.base, target.path)
                       : parameter ? parameter->schema
                                   : Schema();
  target.filter = value_schema(field, word);
  // Rows whose members depend on what is asked for (usage reports) are filtered by any of them.
  const bool open = item_.kind() == Schema::Kind::Object && item_.property_count() == 0;
  target.known =
      open || static_cast<bool>(field) || static_cast<bool>(field_schema(item_, target.path));
  return target;
}

bool FilterReader::read(const QueryPair& pair) {
  const Parameter* const parameter = filter_parameter(pair);
  const bool deep = parameter && parameter->style == Parameter::Style::DeepObject;
  const bool called_filter = pair.base == "filter" || pair.base == "filters";
  if (called_filter ? pair.parts.empty() && !deep : pair.parts.empty() || !deep) return false;
  if (pair.base == "page") return false;
  if (!parameter && !is_list_) return true;  // nothing that could be filtered
  Term term;
  term.name = pair.name;
  term.compare = Compare::Eq;
  bool valid = false;
  Target target = target_of(pair, parameter, term.compare, valid);
  if (!valid || !target.known) {
    context_.wrong("10031", pair.name, "There is no filter of this name.");
    return true;
  }
  term.field = field_schema(item_, target.path);
  term.path = std::move(target.path);
  term.filter = target.filter;
  term.values.push_back(pair.value);
  term.listed = !pair.parts.empty() && pair.parts.back().empty();
  add_term(std::move(term));
  return true;
}

/// filter[tag][]=a&filter[tag][]=b is one list.
void FilterReader::add_term(Term term) {
  if (accepts_lists(term.compare)) {
    for (Term& known : terms_) {
      if (known.path != term.path || known.compare != term.compare) continue;
      known.values.push_back(std::move(term.values[0]));
      known.listed = known.listed || term.listed;
      return;
    }
  }
  terms_.push_back(std::move(term));
}

/// `a,b` is a list too, unless it came as a member of one.
void FilterReader::split_lists(Term& term) const {
  if (term.listed || !accepts_lists(term.compare)) return;
  std::vector<std::string> values;
  for (const std::string& value : term.values) {
    std::string_view rest = value;
    while (true) {
      const size_t comma = std::min(rest.find(','), rest.size());
      values.emplace_back(rest.substr(0, comma));
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
  }
  term.values = std::move(values);
}

void FilterReader::finish() {
  for (Term& term : terms_) {
    split_lists(term);
    if (term.values.size() > kMaxFilterValues) {
      context_.wrong("10031", term.name, "There are too many values.");
    } else if (check_values(term)) {
      emit(term);
    }
  }
}

}  // namespace tandem::contract
