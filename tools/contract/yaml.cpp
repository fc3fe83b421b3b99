#include "yaml.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>

#include <yaml-cpp/yaml.h>

namespace tandem::contract_tool {
namespace {

constexpr int kMaxDepth = 64;

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `0`, `7`, `-12`; not `007`, which the two YAML versions read differently.
bool is_integer(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return all_digits(text) && (text.size() == 1 || text[0] != '0');
}

/// `1.5`, `-0.25`.
bool is_decimal(std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return false;
  return is_integer(text.substr(0, point)) && all_digits(text.substr(point + 1));
}

json::Value plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true") return true;
  if (text == "false") return false;
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  if (int64_t whole = 0; is_integer(text) && std::from_chars(begin, end, whole).ptr == end) {
    return whole;
  }
  if (double number = 0; is_decimal(text) && std::from_chars(begin, end, number).ptr == end) {
    return number;
  }
  return text;
}

Result<json::Value> convert(const YAML::Node& node, int depth);

Result<json::Value> convert_map(const YAML::Node& node, int depth) {
  json::Object object;
  for (const auto& entry : node) {
    const std::string key = entry.first.Scalar();
    if (object.find(key)) return fail("the key \"" + key + "\" stands there twice");
    auto value = convert(entry.second, depth + 1);
    if (!value) return value;
    object.set(key, std::move(*value));
  }
  return json::Value(std::move(object));
}

Result<json::Value> convert_list(const YAML::Node& node, int depth) {
  json::Array array;
  for (const auto& item : node) {
    auto value = convert(item, depth + 1);
    if (!value) return value;
    array.push_back(std::move(*value));
  }
  return json::Value(std::move(array));
}

Result<json::Value> convert(const YAML::Node& node, int depth) {
  if (depth > kMaxDepth) return fail("nested too deep");
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return convert_map(node, depth);
    case YAML::NodeType::Sequence:
      return convert_list(node, depth);
    case YAML::NodeType::Scalar:
      // yaml-cpp tags plain scalars "?" and quoted ones "!".
      if (node.Tag() == "?") return plain_scalar(node.Scalar());
      if (node.Tag() == "!") return json::Value(node.Scalar());
      return fail("the tag " + node.Tag() + " is not used here");
    default:
      return json::Value(nullptr);
  }
}

}  // namespace

Result<json::Value> parse_yaml(const std::string& text) {
  try {
    return convert(YAML::Load(text), 0);
  } catch (const YAML::Exception& e) {  // the library knows no other way to say it
    return fail(e.what());
  }
}

Result<json::Value> load_yaml(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_yaml(text.str());
}

}  // namespace tandem::contract_tool
