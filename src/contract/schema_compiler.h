#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "contract/tables.h"
#include "core/json.h"

namespace tandem::contract {

struct SchemaDraft;

/// Turns schemas of the document into Nodes. allOf and what stands beside a $ref are merged into
/// one node; a component becomes one node however often it is referred to, so schemas may refer to
/// themselves.
class SchemaCompiler {
 public:
  /// `components` is the document's member of that name.
  SchemaCompiler(Tables& tables, json::View components);

  /// The node of a schema; the one that allows anything when there is no schema.
  uint32_t compile(json::View schema);

  /// Fills in what nodes show of their alternatives; called once, at the end.
  void finish();

  /// What is wrong with the document, or empty.
  const std::string& error() const { return error_; }

  /// The component a reference such as "#/components/parameters/Sort" names; not existing when
  /// there is none.
  json::View resolve(std::string_view reference);

 private:
  static constexpr int kMaxDepth = 64;

  uint32_t compile_component(std::string_view reference);
  uint32_t compile_parts(const std::vector<json::View>& parts);
  void gather(json::View schema, std::vector<json::View>& parts, int depth);
  Node build(const std::vector<json::View>& parts);
  void add_properties(const SchemaDraft& draft, Node& node);
  void add_enum(json::View values, Node& node);
  void add_alternatives(const SchemaDraft& draft, Node& node);
  void add_limits(const SchemaDraft& draft, Node& node);
  void add_pattern(std::string_view expression, Node& node);
  Range add_mapping(json::View discriminator);
  void show(uint32_t index, std::vector<uint8_t>& state);
  void show_branch(const Node& branch, Node& node, std::vector<Property>& properties);
  Range store_properties(const std::vector<Property>& properties);

  Tables& tables_;
  std::unordered_map<std::string_view, json::View>
      components_;  // reference without "#/components/"
  std::unordered_map<std::string_view, uint32_t> compiled_;
  std::unordered_map<std::string_view, uint32_t> patterns_;
  std::string error_;
  int depth_ = 0;
};

}  // namespace tandem::contract
