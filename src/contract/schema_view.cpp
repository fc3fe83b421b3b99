#include <algorithm>

#include "contract/schema_compiler.h"

// What a node shows of its alternatives: a second walk over the finished nodes.

namespace tandem::contract {

/// Adds what `branch` shows to what `node` shows.
void SchemaCompiler::show_branch(const Node& branch, Node& node,
                                 std::vector<Property>& properties) {
  using Kind = Schema::Kind;
  if (branch.shown_kind == Kind::Null || branch.nullable) node.nullable = true;
  if (branch.shown_kind != Kind::Null && node.kind == Kind::Any) {
    const bool first = node.shown_kind == Kind::Null;
    node.shown_kind = first || node.shown_kind == branch.shown_kind ? branch.shown_kind : Kind::Any;
  }
  if (node.shown_items == kNoNode) node.shown_items = branch.shown_items;
  if (node.shown_texts.count == 0) node.shown_texts = branch.shown_texts;
  if (node.format.empty()) node.format = branch.format;
  for (const Property& theirs : tables_.of(tables_.properties, branch.shown_properties)) {
    const auto known = std::find_if(properties.begin(), properties.end(),
                                    [&](const Property& p) { return p.name == theirs.name; });
    if (known == properties.end()) {
      properties.push_back({theirs.name, theirs.node, false});
    }
  }
}

void SchemaCompiler::show(uint32_t index, std::vector<uint8_t>& state) {
  constexpr uint8_t kDone = 1;
  if (state[index] == kDone) return;
  state[index] = kDone;  // set first: a circle of alternatives adds nothing more
  Node node = tables_.nodes[index];
  if (node.shown_kind == Schema::Kind::Any) node.shown_kind = node.kind;
  node.shown_items = node.items;
  node.shown_texts = node.texts;
  node.shown_properties = node.properties;
  tables_.nodes[index] = node;
  if (node.alternatives.count == 0) return;
  const auto own = tables_.of(tables_.properties, node.properties);
  std::vector<Property> properties(own.begin(), own.end());
  if (node.kind == Schema::Kind::Any && properties.empty()) node.shown_kind = Schema::Kind::Null;
  for (uint32_t i = 0; i < node.alternatives.count; ++i) {
    const Alternatives choice = tables_.alternatives[node.alternatives.begin + i];
    for (uint32_t b = 0; b < choice.branches.count; ++b) {
      const uint32_t branch = tables_.branches[choice.branches.begin + b];
      show(branch, state);
      show_branch(tables_.nodes[branch], node, properties);
    }
  }
  if (properties.size() > node.properties.count) {
    node.shown_properties = store_properties(properties);
  }
  tables_.nodes[index] = node;
}

void SchemaCompiler::finish() {
  std::vector<uint8_t> state(tables_.nodes.size(), 0);
  for (uint32_t index = 0; index < tables_.nodes.size(); ++index) show(index, state);
}

}  // namespace tandem::contract
