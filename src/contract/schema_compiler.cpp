#include "contract/schema_compiler.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "contract/schema_draft.h"

namespace tandem::contract {
namespace {

constexpr std::string_view kComponents = "#/components/";

Check check_of(std::string_view format) {
  static constexpr std::pair<std::string_view, Check> kChecks[] = {
      {"uuid", Check::Uuid},
      {"date-time", Check::DateTime},
      {"date", Check::Date},
      {"uri", Check::Uri},
      {"e164", Check::E164},
      {"email", Check::Email},
      {"decimal", Check::Decimal},
      {"iso4217", Check::Currency},
      {"json-pointer", Check::JsonPointer}};
  for (const auto& [name, check] : kChecks) {
    if (name == format) return check;
  }
  return Check::None;
}

uint32_t to_count(double value) {
  return value <= 0 ? 0 : static_cast<uint32_t>(std::min(value, 4e9));
}

void raise_minimum(Node& node, double value, bool exclusive) {
  if (value < node.minimum || (value == node.minimum && !exclusive)) return;
  node.minimum = value;
  node.exclusive_minimum = exclusive;
}

void lower_maximum(Node& node, double value, bool exclusive) {
  if (value > node.maximum || (value == node.maximum && !exclusive)) return;
  node.maximum = value;
  node.exclusive_maximum = exclusive;
}

}  // namespace

SchemaCompiler::SchemaCompiler(Tables& tables, json::View components) : tables_(tables) {
  if (tables_.nodes.empty()) tables_.nodes.emplace_back();
  for (const auto [kind, named] : components.members()) {
    if (kind == "securitySchemes") continue;
    for (const auto [name, value] : named.members()) {
      components_.emplace(tables_.arena.keep(std::string(kComponents) + std::string(kind) + "/" +
                                             std::string(name)),
                          value);
    }
  }
}

json::View SchemaCompiler::resolve(std::string_view reference) {
  const auto found = components_.find(reference);
  if (found != components_.end()) return found->second;
  error_ = "a reference leads nowhere: " + std::string(reference);
  return {};
}

void SchemaCompiler::gather(json::View schema, std::vector<json::View>& parts, int depth) {
  if (depth > kMaxDepth) {
    error_ = "schemas refer to each other in a circle";
    return;
  }
  parts.push_back(schema);
  if (const json::View reference = schema["$ref"]; reference.exists()) {
    gather(resolve(reference.string()), parts, depth + 1);
  }
  for (const json::View part : schema["allOf"].items()) gather(part, parts, depth + 1);
}

uint32_t SchemaCompiler::compile(json::View schema) {
  if (!schema.exists() || !error_.empty()) return 0;
  const json::View reference = schema["$ref"];
  if (reference.exists() && schema.size() == 1) return compile_component(reference.string());
  std::vector<json::View> parts;
  gather(schema, parts, 0);
  const uint32_t index = compile_parts(parts);
  if (reference.exists() && error_.empty()) {
    tables_.nodes[index].name = tables_.nodes[compile_component(reference.string())].name;
  }
  return index;
}

uint32_t SchemaCompiler::compile_component(std::string_view reference) {
  if (const auto known = compiled_.find(reference); known != compiled_.end()) return known->second;
  const json::View schema = resolve(reference);
  if (!schema.exists()) return 0;
  const std::string_view key = tables_.arena.keep(reference);
  // A component that is nothing but another's name is that one.
  if (const json::View other = schema["$ref"]; other.exists() && schema.size() == 1) {
    if (++depth_ > kMaxDepth) error_ = "schemas refer to each other in a circle";
    const uint32_t index = error_.empty() ? compile_component(other.string()) : 0;
    --depth_;
    return compiled_.emplace(key, index).first->second;
  }
  const auto index = static_cast<uint32_t>(tables_.nodes.size());
  tables_.nodes.emplace_back();
  compiled_.emplace(key, index);
  std::vector<json::View> parts;
  gather(schema, parts, 0);
  Node node = build(parts);
  node.name = key.substr(key.rfind('/') + 1);
  tables_.nodes[index] = node;
  return index;
}

uint32_t SchemaCompiler::compile_parts(const std::vector<json::View>& parts) {
  if (parts.empty() || !error_.empty()) return 0;
  if (++depth_ > kMaxDepth) error_ = "schemas are nested too deep";
  const auto index = static_cast<uint32_t>(tables_.nodes.size());
  tables_.nodes.emplace_back();
  Node node = error_.empty() ? build(parts) : Node();
  tables_.nodes[index] = node;
  --depth_;
  return index;
}

Node SchemaCompiler::build(const std::vector<json::View>& parts) {
  SchemaDraft draft;
  for (const json::View part : parts) draft.add(part);
  draft.settle_required();
  Node node;
  node.kind = draft.kind;
  // Members without a word about the type still mean an object, items an array.
  if (!draft.typed && !draft.members.empty()) node.shown_kind = Schema::Kind::Object;
  node.nullable = draft.nullable;
  node.read_only = draft.read_only;
  node.write_only = draft.write_only;
  node.closed = draft.closed;
  node.unique_items = draft.unique_items;
  node.format = tables_.arena.keep(draft.format.string());
  if (node.kind == Schema::Kind::String) node.check = check_of(node.format);
  if (draft.default_value.exists()) {
    node.default_json = tables_.arena.keep(draft.default_value.text());
  }
  if (draft.example.exists()) node.example_json = tables_.arena.keep(draft.example.text());
  node.blank_allowed = node.nullable || node.default_json == "\"\"";
  add_limits(draft, node);
  if (draft.pattern.exists()) add_pattern(draft.pattern.string(), node);
  add_enum(draft.values, node);
  add_properties(draft, node);
  if (!draft.items.empty()) {
    std::vector<json::View> all;
    for (const json::View item : draft.items) gather(item, all, 0);
    node.items = draft.items.size() == 1 ? compile(draft.items[0]) : compile_parts(all);
  }
  if (!draft.additional.empty()) node.additional = compile(draft.additional[0]);
  add_alternatives(draft, node);
  return node;
}

void SchemaCompiler::add_limits(const SchemaDraft& draft, Node& node) {
  constexpr double kMaxInt32 = 2147483647;
  if (node.kind == Schema::Kind::Integer && node.format == "int32") {
    node.minimum = -kMaxInt32 - 1;
    node.maximum = kMaxInt32;
  }
  for (const auto& [word, value] : draft.limits) {
    switch (word) {
      case Keyword::Minimum:
      case Keyword::ExclusiveMinimum:
        raise_minimum(node, value, word == Keyword::ExclusiveMinimum);
        break;
      case Keyword::Maximum:
      case Keyword::ExclusiveMaximum:
        lower_maximum(node, value, word == Keyword::ExclusiveMaximum);
        break;
      case Keyword::MinLength:
        node.min_length = std::max(node.min_length, to_count(value));
        break;
      case Keyword::MaxLength:
        node.max_length = std::min(node.max_length, to_count(value));
        break;
      case Keyword::MinItems:
        node.min_items = std::max(node.min_items, to_count(value));
        break;
      case Keyword::MaxItems:
        node.max_items = std::min(node.max_items, to_count(value));
        break;
      default:
        break;
    }
  }
}

void SchemaCompiler::add_pattern(std::string_view expression, Node& node) {
  if (const auto known = patterns_.find(expression); known != patterns_.end()) {
    node.pattern = known->second;
    return;
  }
  auto pattern = Pattern::compile(expression);
  if (!pattern) {
    error_ = pattern.error().what;
    return;
  }
  node.pattern = static_cast<uint32_t>(tables_.patterns.size());
  tables_.patterns.push_back(std::move(*pattern));
  patterns_.emplace(tables_.arena.keep(expression), node.pattern);
}

void SchemaCompiler::add_enum(json::View values, Node& node) {
  if (!values.exists()) return;
  const auto store = [&](bool strings) {
    const auto begin = static_cast<uint32_t>(tables_.texts.size());
    for (const json::View value : values.items()) {
      if (value.is_string() == strings && !value.is_null()) {
        tables_.texts.push_back(
            tables_.arena.keep(strings ? std::string(value.string()) : value.text()));
      }
    }
    return Range{begin, static_cast<uint32_t>(tables_.texts.size()) - begin};
  };
  node.texts = store(true);
  node.literals = store(false);
}

Range SchemaCompiler::store_properties(const std::vector<Property>& properties) {
  if (properties.size() > kMaxProperties) {
    error_ = "a schema has too many members";
    return {};
  }
  const Range range{static_cast<uint32_t>(tables_.properties.size()),
                    static_cast<uint32_t>(properties.size())};
  tables_.properties.insert(tables_.properties.end(), properties.begin(), properties.end());
  std::vector<uint16_t> order(properties.size());
  std::iota(order.begin(), order.end(), static_cast<uint16_t>(0));
  std::sort(order.begin(), order.end(), [&](uint16_t a, uint16_t b) {
    return shorter_or_less(properties[a].name, properties[b].name);
  });
  tables_.sorted.insert(tables_.sorted.end(), order.begin(), order.end());
  return range;
}

void SchemaCompiler::add_properties(const SchemaDraft& draft, Node& node) {
  std::vector<Property> properties;
  properties.reserve(draft.members.size());
  for (const SchemaDraft::Member& member : draft.members) {
    uint32_t schema = 0;
    if (member.parts.size() == 1) {
      schema = compile(member.parts[0]);
    } else {
      std::vector<json::View> all;
      for (const json::View part : member.parts) gather(part, all, 0);
      schema = compile_parts(all);
    }
    properties.push_back({tables_.arena.keep(member.name), schema, member.required});
  }
  node.properties = store_properties(properties);
}

Range SchemaCompiler::add_mapping(json::View discriminator) {
  std::vector<Mapping> mappings;
  for (const auto [value, target] : discriminator["mapping"].members()) {
    mappings.push_back({tables_.arena.keep(value), compile_component(target.string())});
  }
  const auto begin = static_cast<uint32_t>(tables_.mappings.size());
  tables_.mappings.insert(tables_.mappings.end(), mappings.begin(), mappings.end());
  return {begin, static_cast<uint32_t>(mappings.size())};
}

void SchemaCompiler::add_alternatives(const SchemaDraft& draft, Node& node) {
  std::vector<Alternatives> all;
  for (const SchemaDraft::Choice& choice : draft.choices) {
    std::vector<uint32_t> branches;
    for (const json::View branch : choice.branches.items()) branches.push_back(compile(branch));
    Alternatives alternatives;
    alternatives.branches = {static_cast<uint32_t>(tables_.branches.size()),
                             static_cast<uint32_t>(branches.size())};
    tables_.branches.insert(tables_.branches.end(), branches.begin(), branches.end());
    alternatives.discriminator = tables_.arena.keep(choice.discriminator["propertyName"].string());
    alternatives.mapping = add_mapping(choice.discriminator);
    all.push_back(alternatives);
  }
  node.alternatives = {static_cast<uint32_t>(tables_.alternatives.size()),
                       static_cast<uint32_t>(all.size())};
  tables_.alternatives.insert(tables_.alternatives.end(), all.begin(), all.end());
}

}  // namespace tandem::contract
