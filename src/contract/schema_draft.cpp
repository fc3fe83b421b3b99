#include "contract/schema_draft.h"

#include <algorithm>

namespace tandem::contract {
namespace {

Schema::Kind kind_of(std::string_view type) {
  using Kind = Schema::Kind;
  if (type == "null") return Kind::Null;
  if (type == "boolean") return Kind::Boolean;
  if (type == "integer") return Kind::Integer;
  if (type == "number") return Kind::Number;
  if (type == "string") return Kind::String;
  if (type == "array") return Kind::Array;
  if (type == "object") return Kind::Object;
  return Kind::Any;
}

void keep_first(json::View& slot, json::View value) {
  if (!slot.exists()) slot = value;
}

}  // namespace

void SchemaDraft::add_type(json::View type) {
  bool null = false;
  Schema::Kind stated = Schema::Kind::Any;
  if (type.is_string()) stated = kind_of(type.string());
  for (const json::View word : type.items()) {
    if (word.string() == "null") {
      null = true;
    } else {
      stated = kind_of(word.string());
    }
  }
  if (typed) return;
  typed = true;
  kind = stated;
  nullable = null;
}

SchemaDraft::Member* SchemaDraft::find(std::string_view name) {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
  return found == members.end() ? nullptr : &*found;
}

void SchemaDraft::add_members(json::View properties) {
  for (const auto [name, schema] : properties.members()) {
    Member* known = parts_ > 1 ? find(name) : nullptr;
    if (known) {
      known->parts.push_back(schema);
    } else {
      members.push_back({name, {schema}});
    }
  }
}

void SchemaDraft::add_keyword(Keyword word, json::View value) {
  switch (word) {
    case Keyword::Type:
      return add_type(value);
    case Keyword::Properties:
      return add_members(value);
    case Keyword::Required:
      for (const json::View name : value.items()) required.push_back(name.string());
      return;
    case Keyword::Items:
      items.push_back(value);
      return;
    case Keyword::AdditionalProperties:
      if (value.is_object()) additional.push_back(value);
      closed = closed || (value.is_bool() && !value.boolean());
      return;
    case Keyword::OneOf:
    case Keyword::AnyOf:
      choices.push_back({value, {}});
      return;
    case Keyword::ReadOnly:
      read_only = read_only || value.boolean();
      return;
    case Keyword::WriteOnly:
      write_only = write_only || value.boolean();
      return;
    case Keyword::UniqueItems:
      unique_items = unique_items || value.boolean();
      return;
    case Keyword::Format:
      return keep_first(format, value);
    case Keyword::Default:
      return keep_first(default_value, value);
    case Keyword::Example:
      return keep_first(example, value);
    case Keyword::Enum:
      return keep_first(values, value);
    case Keyword::Pattern:
      return keep_first(pattern, value);
    case Keyword::None:
    case Keyword::Ref:
    case Keyword::AllOf:
    case Keyword::Discriminator:
      return;
    default:
      limits.emplace_back(word, value.number());
  }
}

void SchemaDraft::add(json::View part) {
  ++parts_;
  const size_t known_choices = choices.size();
  json::View discriminator;
  for (const auto [name, value] : part.members()) {
    const Keyword word = keyword(name);
    if (word == Keyword::Discriminator) discriminator = value;
    add_keyword(word, value);
  }
  if (choices.size() > known_choices) choices.back().discriminator = discriminator;
}

void SchemaDraft::settle_required() {
  for (const std::string_view name : required) {
    if (Member* member = find(name)) {
      member->required = true;
    } else {
      members.push_back({name, {}, true});
    }
  }
}

}  // namespace tandem::contract
