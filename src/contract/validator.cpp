#include "contract/validator.h"

#include <algorithm>
#include <bitset>
#include <string>
#include <string_view>
#include <utility>

#include "contract/format_check.h"
#include "contract/say.h"
#include "contract/text.h"

namespace tandem::contract {
namespace {

using Kind = Schema::Kind;

/// How much more a wrong enum tells that another alternative was meant than any other problem.
constexpr size_t kEnumWeight = 10;

/// A place in the document, as a chain back to its root on the stack.
struct Place {
  const Place* up = nullptr;
  std::string_view name;
  size_t index = 0;  // of an array item, when there is no name

  void append_to(std::string& pointer) const {
    if (!up) return;
    up->append_to(pointer);
    pointer.push_back('/');
    if (name.data() == nullptr) {
      pointer += std::to_string(index);
      return;
    }
    for (const char c : name) {  // RFC 6901 section 3
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer.push_back(c);
      }
    }
  }
};

bool fits(Kind kind, json::Type type) {
  switch (kind) {
    case Kind::Any:
      return true;
    case Kind::Null:
      return type == json::Type::Null;
    case Kind::Boolean:
      return type == json::Type::Bool;
    case Kind::Integer:
      return type == json::Type::Integer;
    case Kind::Number:
      return type == json::Type::Integer || type == json::Type::Number;
    case Kind::String:
      return type == json::Type::String;
    case Kind::Array:
      return type == json::Type::Array;
    case Kind::Object:
      return type == json::Type::Object;
  }
  return false;
}

class Validator {
 public:
  Validator(const Tables& tables, Direction direction, std::vector<ErrorItem>& problems,
            size_t limit)
      : tables_(tables), direction_(direction), problems_(problems), limit_(limit) {}

  void check(uint32_t index, json::View value, const Place& place);

 private:
  void add(std::string_view code, std::string detail, const Place& place);
  bool full() const { return problems_.size() >= limit_; }
  bool ignored(const Node& node) const {
    return direction_ == Direction::Request && node.read_only;
  }
  void check_number(const Node& node, double value, const Place& place);
  void check_string(const Node& node, std::string_view text, const Place& place);
  void check_array(const Node& node, json::View value, const Place& place);
  void check_unique(json::View value, const Place& place);
  void check_object(const Node& node, json::View value, const Place& place);
  void check_member(const Property& property, json::View value, const Place& place);
  void check_unknown(const Node& node, std::string_view name, json::View value, const Place& place);
  void check_required(const Node& node, const std::bitset<kMaxProperties>& seen,
                      const Place& place);
  void check_literals(const Node& node, json::View value, const Place& place);
  void check_free(json::View value, const Place& place);
  void check_repeated(std::vector<std::string_view>& names, const Place& place);
  void check_alternatives(const Alternatives& choice, json::View value, const Place& place);
  const Mapping* mapped(const Alternatives& choice, json::View value) const;
  bool takes(uint32_t index, json::Type type) const;
  void say_no_branch(const Alternatives& choice, json::View value, const Place& place);

  const Tables& tables_;
  const Direction direction_;
  std::vector<ErrorItem>& problems_;
  const size_t limit_;
};

void Validator::add(std::string_view code, std::string detail, const Place& place) {
  if (full()) return;
  ErrorItem item;
  item.code = code;
  item.detail = std::move(detail);
  place.append_to(item.pointer);
  problems_.push_back(std::move(item));
}

void Validator::check(uint32_t index, json::View value, const Place& place) {
  const Node& node = tables_.nodes[index];
  if (full()) return;
  const json::Type type = value.type();
  if (type == json::Type::Null && node.nullable) return;
  if (!fits(node.kind, type)) return add("10026", say_type(name_of(node.kind), type), place);
  switch (type) {
    case json::Type::Integer:
    case json::Type::Number:
      check_number(node, value.number(), place);
      break;
    case json::Type::String:
      check_string(node, value.string(), place);
      break;
    case json::Type::Array:
      check_array(node, value, place);
      break;
    case json::Type::Object:
      check_object(node, value, place);
      break;
    default:
      break;
  }
  if (node.literals.count > 0) check_literals(node, value, place);
  for (uint32_t i = 0; i < node.alternatives.count; ++i) {
    check_alternatives(tables_.alternatives[node.alternatives.begin + i], value, place);
  }
}

void Validator::check_number(const Node& node, double value, const Place& place) {
  const bool low = node.exclusive_minimum ? value <= node.minimum : value < node.minimum;
  const bool high = node.exclusive_maximum ? value >= node.maximum : value > node.maximum;
  if (low || high) add("10033", say_range(node), place);
}

void Validator::check_string(const Node& node, std::string_view text, const Place& place) {
  if (node.texts.count > 0) {
    const auto known = tables_.of(tables_.texts, node.texts);
    if (std::find(known.begin(), known.end(), text) == known.end()) {
      return add("10032", say_enum(known), place);
    }
  }
  if (text.size() > node.max_length || text.size() < size_t{node.min_length} * 4) {
    const size_t length = code_points(text);
    if (length < node.min_length || length > node.max_length) {
      return add("10025", say_length(node, length), place);
    }
  }
  if (text.empty() && node.blank_allowed) return;
  if (node.check != Check::None) {
    if (const auto wrong = check_format(node.check, text, direction_ == Direction::Answer)) {
      return add(wrong->code, std::string(wrong->detail), place);
    }
  }
  if (node.pattern != kNoNode && !tables_.patterns[node.pattern].matches(text)) {
    const Pattern& pattern = tables_.patterns[node.pattern];
    add(pattern.is_phone_number() ? "10016" : "10015",
        "Must match the pattern " + pattern.expression() + ".", place);
  }
}

void Validator::check_array(const Node& node, json::View value, const Place& place) {
  size_t count = 0;
  for (const json::View item : value.items()) {
    const Place at{&place, {}, count};
    if (node.items == kNoNode) {
      check_free(item, at);
    } else {
      check(node.items, item, at);
    }
    ++count;
    if (full()) return;
  }
  if (count < node.min_items || count > node.max_items) {
    add("10033", say_count(node, count), place);
  }
  if (node.unique_items) check_unique(value, place);
}

void Validator::check_unique(json::View value, const Place& place) {
  std::vector<std::string> texts;
  for (const json::View item : value.items()) texts.push_back(item.text());
  std::sort(texts.begin(), texts.end());
  if (std::adjacent_find(texts.begin(), texts.end()) != texts.end()) {
    add("10015", "No two items may be the same.", place);
  }
}

void Validator::check_repeated(std::vector<std::string_view>& names, const Place& place) {
  if (names.size() < 2) return;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    add("10015", "The field is there more than once.", Place{&place, *twice});
  }
}

void Validator::check_object(const Node& node, json::View value, const Place& place) {
  std::bitset<kMaxProperties> seen;
  std::vector<std::string_view> others;
  for (const auto [name, member] : value.members()) {
    if (full()) return;
    const Property* property = tables_.property(node.properties, name);
    if (!property) {
      others.push_back(name);
      check_unknown(node, name, member, place);
      continue;
    }
    const auto offset = static_cast<size_t>(property - &tables_.properties[node.properties.begin]);
    if (seen[offset]) {
      add("10015", "The field is there more than once.", Place{&place, property->name});
      continue;
    }
    seen[offset] = true;
    check_member(*property, member, place);
  }
  check_repeated(others, place);
  check_required(node, seen, place);
}

void Validator::check_member(const Property& property, json::View value, const Place& place) {
  const Node& schema = tables_.nodes[property.node];
  const Place at{&place, property.name};
  if (ignored(schema)) return check_free(value, at);
  if (direction_ == Direction::Answer && schema.write_only) {
    return add("10027", "The field must not be answered.", at);
  }
  check(property.node, value, at);
}

void Validator::check_unknown(const Node& node, std::string_view name, json::View value,
                              const Place& place) {
  const Place at{&place, name};
  if (node.additional != kNoNode) return check(node.additional, value, at);
  if (node.closed) return add("10015", "There is no field of this name here.", at);
  check_free(value, at);
}

void Validator::check_required(const Node& node, const std::bitset<kMaxProperties>& seen,
                               const Place& place) {
  for (uint32_t i = 0; i < node.properties.count; ++i) {
    const Property& property = tables_.properties[node.properties.begin + i];
    if (!property.required || seen[i]) continue;
    const Node& schema = tables_.nodes[property.node];
    if (ignored(schema) || (direction_ == Direction::Answer && schema.write_only)) continue;
    add("10004", "The field \"" + std::string(property.name) + "\" is required.",
        Place{&place, property.name});
  }
}

void Validator::check_literals(const Node& node, json::View value, const Place& place) {
  const auto known = tables_.of(tables_.texts, node.literals);
  if (std::find(known.begin(), known.end(), value.text()) == known.end()) {
    add("10032", say_enum(known), place);
  }
}

/// What no schema describes may be anything, but for members of the same name.
void Validator::check_free(json::View value, const Place& place) {
  if (full()) return;
  size_t index = 0;
  for (const json::View item : value.items()) check_free(item, Place{&place, {}, index++});
  std::vector<std::string_view> names;
  for (const auto [name, member] : value.members()) {
    names.push_back(name);
    check_free(member, Place{&place, name});
  }
  check_repeated(names, place);
}

/// Whether a value of that type could fit the schema at all.
bool Validator::takes(uint32_t index, json::Type type) const {
  const Node& node = tables_.nodes[index];
  return fits(node.kind, type) || (node.nullable && type == json::Type::Null);
}

const Mapping* Validator::mapped(const Alternatives& choice, json::View value) const {
  if (choice.mapping.count == 0 || !value.is_object()) return nullptr;
  const json::View member = value[choice.discriminator];
  for (const Mapping& mapping : tables_.of(tables_.mappings, choice.mapping)) {
    if (member.is_string() && mapping.value == member.string()) return &mapping;
  }
  return nullptr;
}

void Validator::say_no_branch(const Alternatives& choice, json::View value, const Place& place) {
  std::string wanted;
  for (const uint32_t branch : tables_.of(tables_.branches, choice.branches)) {
    const std::string_view name = name_of(tables_.nodes[branch].kind);
    if (wanted.find(name) != std::string::npos) continue;
    if (!wanted.empty()) wanted += " or ";
    wanted += name;
  }
  add("10026", say_type(wanted, value.type()), place);
}

/// Of several alternatives that could be meant, tells the problems of the one that fits best: with
/// the fewest of them, where one that names another alternative (an enum) weighs most.
void Validator::check_alternatives(const Alternatives& choice, json::View value,
                                   const Place& place) {
  if (full()) return;
  if (const Mapping* target = mapped(choice, value)) return check(target->node, value, place);
  std::vector<ErrorItem> best;
  size_t best_weight = SIZE_MAX;
  std::vector<ErrorItem> found;
  for (const uint32_t branch : tables_.of(tables_.branches, choice.branches)) {
    if (!takes(branch, value.type())) continue;
    found.clear();
    Validator(tables_, direction_, found, limit_ - problems_.size()).check(branch, value, place);
    if (found.empty()) return;
    size_t weight = found.size();
    for (const ErrorItem& item : found) weight += item.code == "10032" ? kEnumWeight : 0;
    if (weight < best_weight) {
      best_weight = weight;
      best.swap(found);
    }
  }
  if (best.empty()) return say_no_branch(choice, value, place);
  std::move(best.begin(), best.end(), std::back_inserter(problems_));
}

}  // namespace

bool validate_value(const Tables& tables, uint32_t node, json::View value, Direction direction,
                    std::vector<ErrorItem>& problems, size_t limit) {
  const size_t before = problems.size();
  Validator(tables, direction, problems, before + limit).check(node, value, Place{});
  return problems.size() == before;
}

}  // namespace tandem::contract
