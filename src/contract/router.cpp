#include "contract/router.h"

#include <algorithm>

namespace tandem::contract {
namespace {

/// Lengths differ more often than first letters.
bool before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

uint32_t Router::new_node() {
  nodes_.emplace_back();
  return static_cast<uint32_t>(nodes_.size() - 1);
}

uint32_t Router::literal_child(uint32_t node, std::string_view text) {
  const auto find = [&] {
    auto& edges = nodes_[node].literals;
    return std::lower_bound(edges.begin(), edges.end(), text,
                            [](const Edge& e, std::string_view t) { return before(e.text, t); });
  };
  if (const auto it = find(); it != nodes_[node].literals.end() && it->text == text) {
    return it->child;
  }
  const uint32_t child = new_node();
  nodes_[node].literals.insert(find(), Edge{std::string(text), child});
  return child;
}

uint32_t Router::suffix_child(uint32_t node, std::string_view text) {
  for (const Edge& edge : nodes_[node].suffixes) {
    if (edge.text == text) return edge.child;
  }
  const uint32_t child = new_node();
  nodes_[node].suffixes.push_back(Edge{std::string(text), child});
  return child;
}

/// The child a template's segment leads to, made when it is new; 0 when the segment is malformed.
uint32_t Router::child_of(uint32_t node, std::string_view segment) {
  if (segment.empty()) return 0;
  if (segment[0] != '{') return literal_child(node, segment);
  const size_t close = segment.find('}');
  if (close == std::string_view::npos) return 0;
  if (const auto suffix = segment.substr(close + 1); !suffix.empty()) {
    return suffix_child(node, suffix);
  }
  const bool rest = segment.substr(0, close).ends_with("...");
  uint32_t child = rest ? nodes_[node].rest : nodes_[node].parameter;
  if (child != 0) return child;
  child = new_node();
  (rest ? nodes_[node].rest : nodes_[node].parameter) = child;
  return child;
}

bool Router::add(std::string_view path_template, size_t verb, uint16_t operation) {
  if (!path_template.starts_with('/') || verb >= kVerbs) return false;
  const auto parameters = std::count(path_template.begin(), path_template.end(), '{');
  if (static_cast<size_t>(parameters) > kMaxParameters) return false;
  uint32_t node = 0;
  for (std::string_view rest = path_template.substr(1); !rest.empty();) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    node = child_of(node, rest.substr(0, slash));
    if (node == 0) return false;
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  if (nodes_[node].target < 0) {
    nodes_[node].target = static_cast<int32_t>(targets_.size());
    targets_.emplace_back().fill(kNoOperation);
  }
  uint16_t& slot = targets_[static_cast<size_t>(nodes_[node].target)][verb];
  if (slot != kNoOperation) return false;
  slot = operation;
  return true;
}

bool Router::capture(uint32_t child, std::string_view part, std::string_view rest, size_t depth,
                     Found& found) const {
  if (depth >= kMaxParameters) return false;
  found.captured[depth] = part;
  return walk(nodes_[child], rest, depth + 1, found);
}

bool Router::walk(const Node& node, std::string_view rest, size_t depth, Found& found) const {
  if (rest.size() <= 1) {  // the end, or a last slash
    if (node.target < 0) return false;
    found.target = &targets_[static_cast<size_t>(node.target)];
    return true;
  }
  const std::string_view from = rest.substr(1);
  const size_t slash = std::min(from.find('/'), from.size());
  const std::string_view segment = from.substr(0, slash);
  const std::string_view left = from.substr(slash);
  const auto literal =
      std::lower_bound(node.literals.begin(), node.literals.end(), segment,
                       [](const Edge& e, std::string_view t) { return before(e.text, t); });
  if (literal != node.literals.end() && literal->text == segment &&
      walk(nodes_[literal->child], left, depth, found)) {
    return true;
  }
  for (const Edge& suffix : node.suffixes) {
    if (segment.size() <= suffix.text.size() || !segment.ends_with(suffix.text)) continue;
    const auto part = segment.substr(0, segment.size() - suffix.text.size());
    if (capture(suffix.child, part, left, depth, found)) return true;
  }
  if (node.parameter != 0 && !segment.empty() &&
      capture(node.parameter, segment, left, depth, found)) {
    return true;
  }
  return node.rest != 0 && capture(node.rest, from, {}, depth, found);
}

Router::Found Router::find(std::string_view path) const {
  Found found;
  if (path.starts_with('/')) walk(nodes_[0], path, 0, found);
  return found;
}

}  // namespace tandem::contract
