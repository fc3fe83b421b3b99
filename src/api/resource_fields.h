#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/schema.h"
#include "core/json.h"

/// How documents take shape from what clients send and what the contract says of their members.
namespace tandem::api {

/// One member of a document, as the contract's answer and requests describe it.
struct FieldPlan {
  std::string name;
  bool nullable = false;
  bool has_default = false;
  bool required = false;  // an answer must have it
  bool merges = false;    // an object whose members an update changes one by one
  json::Value default_value;
  std::vector<FieldPlan> members;  // of a nested object that has defaults or nullable members
};

/// Deepest nesting for which defaults are filled in.
inline constexpr int kMaxFieldDepth = 6;

/// The members of a document that is answered as `answer` and made from `request` (either may be
/// empty), in the contract's order.
std::vector<FieldPlan> plan_fields(contract::Schema answer, contract::Schema request);

/// The plan of a member, or null.
const FieldPlan* find_field(const std::vector<FieldPlan>& fields, std::string_view name);

/// Copies what a client may set: members the schema knows and does not call read-only, at every
/// depth. A schema without members takes everything.
json::Value accepted_members(json::View body, contract::Schema schema);

/// Gives each planned member that `document` lacks its default, null, or its nested defaults;
/// members keep the order in which they are, new ones follow.
void complete(json::Value& document, const std::vector<FieldPlan>& fields);

/// Changes `document` by what an update gave: values replace, objects merge, null clears (to null
/// where the field may be null, else to its default or to nothing).
void merge(json::Value& document, const json::Value& changes, const std::vector<FieldPlan>& fields);

/// Sets a dotted path, making the objects on the way.
void set_path(json::Value& document, std::string_view path, json::Value value);
/// Takes a dotted path away.
void erase_path(json::Value& document, std::string_view path);
/// "a.b" -> "/a/b"
std::string pointer_of(std::string_view dotted);

}  // namespace tandem::api
