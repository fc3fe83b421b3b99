#include "api/resource_fields.h"

#include <utility>

namespace tandem::api {
namespace {

using contract::Schema;

std::vector<FieldPlan> plan_members(Schema answer, Schema request, int depth);

json::Value parse_default(Schema schema) {
  auto value = json::Value::parse(schema.default_json());
  return value ? std::move(*value) : json::Value();
}

/// Whether the member is there at all or null when nobody gave it a value.
bool matters(const FieldPlan& field) { return field.nullable || field.has_default || field.merges; }

FieldPlan plan_field(std::string_view name, Schema answer, Schema request, int depth) {
  FieldPlan field;
  field.name = std::string(name);
  field.nullable = answer ? answer.nullable() : request.nullable();
  for (Schema schema : {request, answer}) {
    if (!schema || schema.default_json().empty() || field.has_default) continue;
    field.default_value = parse_default(schema);
    field.has_default = !field.default_value.is_null() || field.nullable;
  }
  const bool object = (answer && answer.kind() == Schema::Kind::Object) ||
                      (request && request.kind() == Schema::Kind::Object);
  if (object && depth < kMaxFieldDepth) {
    field.members = plan_members(answer, request, depth + 1);
    field.merges = !field.members.empty();
  }
  return field;
}

std::vector<FieldPlan> plan_members(Schema answer, Schema request, int depth) {
  std::vector<FieldPlan> fields;
  if (answer) {
    for (size_t i = 0; i < answer.property_count(); ++i) {
      const Schema::Property property = answer.property(i);
      if (property.schema.write_only()) continue;
      const Schema asked = request ? request.member(property.name) : Schema();
      fields.push_back(plan_field(property.name, property.schema, asked, depth));
      fields.back().required = property.required;
    }
  }
  if (request) {
    for (size_t i = 0; i < request.property_count(); ++i) {
      const Schema::Property property = request.property(i);
      if (property.schema.read_only() || find_field(fields, property.name)) continue;
      fields.push_back(plan_field(property.name, Schema(), property.schema, depth));
      fields.back().nullable = false;  // the answer does not have it, so nobody misses it
    }
  }
  return fields;
}

/// What a nested object is when nobody gave it: its defaults, if it has any and they are enough.
json::Value default_object(const std::vector<FieldPlan>& fields) {
  bool any = false;
  for (const FieldPlan& field : fields) {
    any = any || field.has_default;
    if (field.required && !field.has_default && !field.nullable) return {};
  }
  if (!any) return {};
  json::Value value = json::Value::object();
  complete(value, fields);
  return value;
}

void clear_member(json::Value& document, std::string_view name, const FieldPlan* field) {
  if (field && field->nullable) {
    document.set(name, nullptr);
  } else if (field && field->has_default) {
    document.set(name, field->default_value);
  } else {
    document.members().erase(name);
  }
}

}  // namespace

std::vector<FieldPlan> plan_fields(Schema answer, Schema request) {
  return plan_members(answer, request, 0);
}

const FieldPlan* find_field(const std::vector<FieldPlan>& fields, std::string_view name) {
  for (const FieldPlan& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

json::Value accepted_members(json::View body, Schema schema) {
  if (!body.is_object() || !schema || schema.property_count() == 0) return json::Value(body);
  json::Value kept = json::Value::object();
  for (const auto& [name, value] : body.members()) {
    const Schema member = schema.member(name);
    if (!member || member.read_only()) continue;
    const bool nested = value.is_object() && member.kind() == Schema::Kind::Object;
    kept.set(name, nested ? accepted_members(value, member) : json::Value(value));
  }
  return kept;
}

void complete(json::Value& document, const std::vector<FieldPlan>& fields) {
  json::Object& members = document.members();
  for (const FieldPlan& field : fields) {
    if (!matters(field)) continue;
    if (json::Value* there = members.find(field.name)) {
      if (there->is_object() && field.merges) complete(*there, field.members);
      continue;
    }
    if (field.has_default) {
      members.set(field.name, field.default_value);
      continue;
    }
    if (field.nullable) {
      members.set(field.name, nullptr);
      continue;
    }
    json::Value nested = default_object(field.members);
    if (nested.is_object()) members.set(field.name, std::move(nested));
  }
}

void merge(json::Value& document, const json::Value& changes,
           const std::vector<FieldPlan>& fields) {
  for (const auto& [name, value] : changes.members()) {
    const FieldPlan* field = find_field(fields, name);
    if (value.is_null()) {
      clear_member(document, name, field);
      continue;
    }
    json::Value* there = document.members().find(name);
    const bool deep = field && field->merges && value.is_object() && there && there->is_object();
    if (deep) {
      merge(*there, value, field->members);
    } else {
      document.set(name, value);
    }
  }
}

void set_path(json::Value& document, std::string_view path, json::Value value) {
  json::Value* at = &document;
  for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    at = &at->member(path.substr(0, dot));
    if (!at->is_object()) *at = json::Value::object();
    path.remove_prefix(dot + 1);
  }
  at->set(path, std::move(value));
}

void erase_path(json::Value& document, std::string_view path) {
  json::Value* at = &document;
  for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    if (!at->is_object()) return;
    at = at->members().find(path.substr(0, dot));
    if (!at) return;
    path.remove_prefix(dot + 1);
  }
  if (at->is_object()) at->members().erase(path);
}

std::string pointer_of(std::string_view dotted) {
  std::string pointer = "/";
  for (const char c : dotted) pointer += c == '.' ? '/' : c;
  return pointer;
}

}  // namespace tandem::api
