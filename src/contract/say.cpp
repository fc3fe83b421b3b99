#include "contract/say.h"

#include <cmath>

#include <fmt/format.h>

namespace tandem::contract {
namespace {

constexpr size_t kMaxListed = 40;

/// "at least 1 and at most 30" of numbers that may be missing.
std::string bounds(std::string_view low, std::string_view high, std::string_view joint) {
  if (low.empty()) return std::string(high);
  if (high.empty()) return std::string(low);
  return fmt::format("{}{}{}", low, joint, high);
}

}  // namespace

std::string_view name_of(Schema::Kind kind) {
  switch (kind) {
    case Schema::Kind::Any:
      return "a value";
    case Schema::Kind::Null:
      return "null";
    case Schema::Kind::Boolean:
      return "true or false";
    case Schema::Kind::Integer:
      return "a whole number";
    case Schema::Kind::Number:
      return "a number";
    case Schema::Kind::String:
      return "a string";
    case Schema::Kind::Array:
      return "a list";
    case Schema::Kind::Object:
      return "an object";
  }
  return "a value";
}

std::string_view name_of(json::Type type) {
  switch (type) {
    case json::Type::Null:
      return "null";
    case json::Type::Bool:
      return "a boolean";
    case json::Type::Integer:
    case json::Type::Number:
      return "a number";
    case json::Type::String:
      return "a string";
    case json::Type::Array:
      return "a list";
    case json::Type::Object:
      return "an object";
  }
  return "a value";
}

std::string say_type(std::string_view wanted, json::Type given) {
  const std::string_view is = name_of(given);
  if (is == "a number" && wanted == "a whole number") return "Must be a whole number.";
  return fmt::format("Must be {}, not {}.", wanted, is);
}

std::string say_enum(std::span<const std::string_view> values) {
  std::string list;
  for (size_t i = 0; i < values.size() && i < kMaxListed; ++i) {
    if (i > 0) list += ", ";
    list += values[i];
  }
  if (values.size() > kMaxListed) list += " ...";
  return fmt::format("Must be {}{}.", values.size() == 1 ? "" : "one of: ", list);
}

std::string say_range(const Node& node) {
  const auto low =
      std::isinf(node.minimum)
          ? std::string()
          : fmt::format("{} {}", node.exclusive_minimum ? "more than" : "at least", node.minimum);
  const auto high =
      std::isinf(node.maximum)
          ? std::string()
          : fmt::format("{} {}", node.exclusive_maximum ? "less than" : "at most", node.maximum);
  return fmt::format("Must be {}.", bounds(low, high, " and "));
}

std::string say_length(const Node& node, size_t length) {
  if (node.max_length == UINT32_MAX) {
    return fmt::format("Must be at least {} characters long, but is {}.", node.min_length, length);
  }
  return fmt::format("Must be between {} and {} characters long, but is {}.", node.min_length,
                     node.max_length, length);
}

std::string say_count(const Node& node, size_t count) {
  const auto low = node.min_items == 0 ? std::string() : fmt::format("at least {}", node.min_items);
  const auto high =
      node.max_items == UINT32_MAX ? std::string() : fmt::format("at most {}", node.max_items);
  return fmt::format("Must hold {} items, but holds {}.", bounds(low, high, " and "), count);
}

}  // namespace tandem::contract
