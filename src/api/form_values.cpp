#include "api/form_values.h"

#include <charconv>

namespace tandem::api {
namespace {

using contract::Schema;

constexpr size_t kMaxNesting = 8;

/// "a[b][]" and "a.b[]" -> {"a", "b", ""}; nothing fancier than what forms send.
std::vector<std::string> steps_of(std::string_view name) {
  std::vector<std::string> steps;
  std::string step;
  bool inside = false;
  for (const char c : name) {
    const bool ends = c == '[' || (c == '.' && !inside) || c == ']';
    if (!ends) {
      step += c;
      continue;
    }
    const bool after_bracket = c != ']' && step.empty() && !steps.empty();
    if (!after_bracket) steps.push_back(std::exchange(step, {}));
    inside = c == '[';
  }
  if (!step.empty() || steps.empty()) steps.push_back(std::move(step));
  return steps;
}

/// Puts a value where a name says; false when the place is taken by something of another kind.
bool place(json::Value& at, const std::vector<std::string>& steps, size_t step, Schema schema,
           std::string_view text) {
  if (step == steps.size()) {
    const bool array = schema && schema.kind() == Schema::Kind::Array;
    json::Value value =
        typed_value(text, array && !text.starts_with('[') ? schema.items() : schema);
    if (at.is_null() && array && !value.is_array()) at = json::Value::array();
    if (at.is_null()) {
      at = std::move(value);
    } else if (at.is_array()) {
      at.push(std::move(value));
    } else {
      json::Value first = std::move(at);
      at = json::Value::array();
      at.push(std::move(first));
      at.push(std::move(value));
    }
    return true;
  }
  if (steps[step].empty() && step + 1 == steps.size()) {
    if (at.is_null()) at = json::Value::array();
    if (!at.is_array()) return false;
    at.push(typed_value(text, schema ? schema.items() : Schema()));
    return true;
  }
  if (!at.is_null() && !at.is_object()) return false;
  const Schema member = schema ? schema.member(steps[step]) : Schema();
  return place(at.member(steps[step]), steps, step + 1, member, text);
}

}  // namespace

json::Value typed_value(std::string_view text, Schema schema) {
  if (!schema) return text;
  switch (schema.kind()) {
    case Schema::Kind::Boolean:
      if (text == "true") return true;
      if (text == "false") return false;
      return text;
    case Schema::Kind::Integer:
    case Schema::Kind::Number: {
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return text;
      auto value = json::Value::parse(text);
      return value ? std::move(*value) : json::Value(text);
    }
    case Schema::Kind::Object:
    case Schema::Kind::Array:
    case Schema::Kind::Any: {
      if (!text.starts_with('{') && !text.starts_with('[')) return text;
      auto value = json::Value::parse(text);
      return value ? std::move(*value) : json::Value(text);
    }
    case Schema::Kind::Null:
    case Schema::Kind::String:
      return text;
  }
  return text;
}

std::string form_document(const FormPairs& pairs, Schema schema) {
  json::Value document = json::Value::object();
  for (const auto& [name, value] : pairs) {
    // A member whose own name has dots or brackets goes before reading them as structure.
    std::vector<std::string> steps = {name};
    if (!schema || !schema.member(name)) steps = steps_of(name);
    if (steps.size() > kMaxNesting || !place(document, steps, 0, schema, value)) {
      document.set(name, value);
    }
  }
  return document.text();
}

}  // namespace tandem::api
