#include <charconv>
#include <utility>

#include "contract/format_check.h"
#include "contract/query_reader.h"
#include "contract/say.h"

// What the values of a filter mean: typed scalars, moments, ranges, null.

namespace tandem::contract {
namespace {

using store::Compare;
using Kind = Schema::Kind;

constexpr std::string_view kNull = "null";

bool is_scalar(Kind kind) {
  return kind == Kind::Boolean || kind == Kind::Integer || kind == Kind::Number ||
         kind == Kind::String;
}

/// Of a list its items count.
Schema element(Schema schema) { return schema.kind() == Kind::Array ? schema.items() : schema; }

bool is_part_of_text(Compare compare) {
  return compare == Compare::StartsWith || compare == Compare::EndsWith ||
         compare == Compare::Contains;
}

/// The kind the stored value has: the answered field's, else what the filter says. A flag that is
/// called like a number asks whether the number shall be answered.
Kind kind_of(Schema filter, Schema field) {
  const Kind stored = element(field).kind();
  const Kind asked = element(filter).kind();
  const bool number = stored == Kind::Integer || stored == Kind::Number;
  if (is_scalar(stored) && !(number && asked == Kind::Boolean)) return stored;
  return is_scalar(asked) ? asked : Kind::String;
}

enum class Time { No, Maybe, Moment, Day };

/// Whether the values are moments. Many filters say no more than "string": a field that is called
/// like a moment may hold one.
Time time_of(Schema filter, Schema field, std::string_view path) {
  for (const std::string_view format : {element(filter).format(), element(field).format()}) {
    if (format == "date-time") return Time::Moment;
    if (format == "date") return Time::Day;
  }
  const bool named = path.ends_with("_at") || path.ends_with("At");
  return named && kind_of(filter, field) == Kind::String ? Time::Maybe : Time::No;
}

store::Scalar scalar(const std::string& text, Kind kind) {
  if (kind == Kind::Boolean) return text == "true";
  if (kind == Kind::Integer || kind == Kind::Number) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  return text;
}

bool is_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool has_kind(const std::string& text, Kind kind) {
  if (kind == Kind::Boolean) return text == "true" || text == "false";
  if (kind == Kind::Integer || kind == Kind::Number) return is_number(text);
  return true;
}

std::string moment_text(WallTime time, bool only_days) {
  std::string text = to_iso8601(time);
  if (only_days) text.resize(10);
  return text;
}

}  // namespace

/// Type, enum and limits must hold. A format need not: what lacks it just matches nothing, and some
/// filters are described with formats their fields do not have.
bool FilterReader::suits(Schema wanted, const std::string& value, const std::string& name) {
  std::vector<ErrorItem> found;
  wanted.validate_text(value, name, found);
  bool fine = true;
  for (ErrorItem& item : found) {
    if (item.code != "10026" && item.code != "10032" && item.code != "10033") continue;
    fine = false;
    context_.wrong(std::move(item.code), name, std::move(item.detail));
  }
  return fine;
}

bool FilterReader::check_values(const Term& term) {
  const Time time = time_of(term.filter, term.field, term.path);
  const bool is_time =
      (time == Time::Moment || time == Time::Day) && !is_part_of_text(term.compare);
  const Kind kind = kind_of(term.filter, term.field);
  const Schema wanted = element(term.filter);
  const bool described = is_scalar(wanted.kind());
  for (const std::string& value : term.values) {
    if (value == kNull) continue;
    if (is_time) {
      if (parse_iso8601(value) || date_literal(value, context_.now)) continue;
      context_.wrong("10026", term.name, "Must be a date, a date and time, or a named range.");
      return false;
    }
    if (!is_part_of_text(term.compare) && !has_kind(value, kind)) {
      context_.wrong("10026", term.name, say_type(name_of(kind), json::Type::String));
      return false;
    }
    if (described && !suits(wanted, value, term.name)) return false;
  }
  return true;
}

void FilterReader::push(const Term& term, Compare compare, std::vector<store::Scalar> values) {
  context_.values.filters.push_back({term.path, compare, std::move(values)});
}

void FilterReader::emit(const Term& term) {
  const bool null = term.values.size() == 1 && term.values[0] == kNull;
  if (null && (term.compare == Compare::Eq || term.compare == Compare::Ne)) {
    return push(term, term.compare == Compare::Eq ? Compare::IsNull : Compare::NotNull, {});
  }
  const Time time = time_of(term.filter, term.field, term.path);
  if (time != Time::No && !is_part_of_text(term.compare) && term.compare != Compare::In) {
    return emit_times(term, time == Time::Day);
  }
  emit_values(term);
}

/// A range compares by its ends: later than a day is from its end on.
void FilterReader::emit_range(const Term& term, WallTime start, WallTime end, bool only_days) {
  const store::Scalar first = moment_text(start, only_days);
  const store::Scalar last = moment_text(end, only_days);
  switch (term.compare) {
    case Compare::Gt:
      return push(term, Compare::Gte, {last});
    case Compare::Gte:
      return push(term, Compare::Gte, {first});
    case Compare::Lt:
      return push(term, Compare::Lt, {first});
    case Compare::Lte:
      return push(term, Compare::Lt, {last});
    default:
      push(term, Compare::Gte, {first});
      push(term, Compare::Lt, {last});
  }
}

void FilterReader::emit_time(const Term& term, const std::string& text, bool only_days) {
  if (const auto range = date_literal(text, context_.now)) {
    return emit_range(term, range->first, range->second, only_days);
  }
  const auto moment = parse_iso8601(text);
  if (!moment) return push(term, term.compare, {text});
  // A day without a time means all of it where equality is asked for, and its first moment else.
  if (!only_days && is_date(text) && term.compare == Compare::Eq) {
    return emit_range(term, *moment, *moment + std::chrono::days(1), false);
  }
  push(term, term.compare, {moment_text(*moment, only_days)});
}

void FilterReader::emit_times(const Term& term, bool only_days) {
  if (term.values.size() == 1) return emit_time(term, term.values[0], only_days);
  std::vector<store::Scalar> moments;
  for (const std::string& value : term.values) {
    const auto moment = parse_iso8601(value);
    moments.emplace_back(moment ? moment_text(*moment, only_days) : value);
  }
  push(term, Compare::In, std::move(moments));
}

void FilterReader::emit_values(const Term& term) {
  const Kind kind = is_part_of_text(term.compare) ? Kind::String : kind_of(term.filter, term.field);
  std::vector<store::Scalar> values;
  for (const std::string& value : term.values) values.push_back(scalar(value, kind));
  const bool in_list = term.field.kind() == Kind::Array;
  if (term.compare == Compare::Ne) {
    for (store::Scalar& value : values) push(term, Compare::Ne, {std::move(value)});
  } else if (in_list && (term.compare == Compare::Eq || term.compare == Compare::In ||
                         term.compare == Compare::Contains)) {
    push(term, Compare::Has, std::move(values));
  } else if (term.compare == Compare::Eq && values.size() > 1) {
    push(term, Compare::In, std::move(values));
  } else {
    push(term, term.compare, std::move(values));
  }
}

}  // namespace tandem::contract
