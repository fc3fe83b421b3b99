#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::contract {

/// Finds the path template a path fits: a trie by segment, in which a literal goes before a
/// parameter with a suffix ("{sid}.json"), and that before a plain parameter.
class Router {
 public:
  static constexpr size_t kVerbs = 6;
  static constexpr size_t kMaxParameters = 8;
  static constexpr uint16_t kNoOperation = UINT16_MAX;

  /// The operations of a template, by verb.
  using Target = std::array<uint16_t, kVerbs>;

  /// What was found: null when no template fits. `captured` are the raw parts of the path that
  /// stand where the template has parameters, in order.
  struct Found {
    const Target* target = nullptr;
    std::array<std::string_view, kMaxParameters> captured;
  };

  /// Whether the template could be added: it is well-formed and the verb is still free there. A
  /// last segment "{name...}" captures all that is left of a path, slashes too.
  bool add(std::string_view path_template, size_t verb, uint16_t operation);

  /// Allocates nothing. A slash at the end of the path makes no difference.
  Found find(std::string_view path) const;

 private:
  /// A way on: literal text, or the text after a parameter.
  struct Edge {
    std::string text;
    uint32_t child;
  };
  struct Node {
    std::vector<Edge> literals;  // in the order of (length, bytes)
    std::vector<Edge> suffixes;
    uint32_t parameter = 0;  // child; 0: none
    uint32_t rest = 0;       // child that takes all that is left; 0: none
    int32_t target = -1;
  };

  uint32_t new_node();
  uint32_t child_of(uint32_t node, std::string_view segment);
  uint32_t literal_child(uint32_t node, std::string_view text);
  uint32_t suffix_child(uint32_t node, std::string_view text);
  bool walk(const Node& node, std::string_view rest, size_t depth, Found& found) const;
  bool capture(uint32_t child, std::string_view part, std::string_view rest, size_t depth,
               Found& found) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::vector<Target> targets_;
};

}  // namespace tandem::contract
