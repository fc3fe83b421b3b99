#include "schema_rules.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace tandem::contract_tool {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kKeywords[] = {"$ref",
                                          "additionalProperties",
                                          "allOf",
                                          "anyOf",
                                          "default",
                                          "deprecated",
                                          "discriminator",
                                          "enum",
                                          "example",
                                          "exclusiveMaximum",
                                          "exclusiveMinimum",
                                          "format",
                                          "items",
                                          "maxItems",
                                          "maxLength",
                                          "maximum",
                                          "minItems",
                                          "minLength",
                                          "minimum",
                                          "nullable",
                                          "oneOf",
                                          "pattern",
                                          "properties",
                                          "readOnly",
                                          "required",
                                          "type",
                                          "uniqueItems",
                                          "writeOnly",
                                          "xml"};
constexpr std::string_view kTypes[] = {"array",  "boolean", "integer", "null",
                                       "number", "object",  "string"};
constexpr std::string_view kFormats[] = {
    "address", "binary", "byte",  "date",    "date-time",    "decimal",   "double", "e164", "email",
    "float",   "int32",  "int64", "iso4217", "json-pointer", "mime-type", "uri",    "uuid"};

bool among(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

json::Object* object_of(json::Value& value) {
  return value.is_object() ? &value.members() : nullptr;
}

void rename_format(json::Object& schema, const std::string& where, Problems& problems) {
  json::Value* format = schema.find("format");
  if (!format) return;
  const std::string name(format->string());
  const json::Value* type_value = schema.find("type");
  const std::string_view type = type_value ? type_value->string() : "";
  if (name == "+E.164" || name == "E.164" || name == "E164") {
    *format = json::Value("e164");
  } else if (name == "url") {
    *format = json::Value("uri");
  } else if (type == "string" && name == "boolean") {
    schema.erase("format");
    schema.set("enum", json::Value::array({"true", "false"}));
  } else if ((type == "string" && name == "integer") || (type == "object" && name == "binary")) {
    schema.erase("format");  // says nothing that a check could hold against a value
  } else if (!among(kFormats, name)) {
    problems.add(where, "the format \"" + name + "\" is not known");
  }
}

/// `exclusiveMinimum: true` beside `minimum: 0` is the older way to write `exclusiveMinimum: 0`.
/// One that would exclude the schema's own default is a slip: the bound stays inclusive.
void exclusive_bound(json::Object& schema, std::string_view exclusive, std::string_view bound) {
  const json::Value* flag = schema.find(exclusive);
  if (!flag || flag->type() != json::Type::Bool) return;
  const json::Value* limit = schema.find(bound);
  const json::Value* preset = schema.find("default");
  const bool slip = preset && limit && preset->number() == limit->number();
  if (flag->boolean() && limit && !slip) {
    schema.set(exclusive, *limit);
    schema.erase(bound);
  } else {
    schema.erase(exclusive);
  }
}

void allow_null(json::Object& schema, const std::string& where, Problems& problems) {
  if (json::Value* values = schema.find("enum"); values && values->is_array()) {
    json::Array& items = values->items();
    if (std::none_of(items.begin(), items.end(), [](const auto& v) { return v.is_null(); })) {
      values->push(nullptr);
    }
  }
  if (json::Value* type = schema.find("type"); type && type->is_string()) {
    *type = json::Value::array({*type, "null"});
    return;
  }
  for (const std::string_view word : {"anyOf", "oneOf"}) {
    if (json::Value* branches = schema.find(word); branches && branches->is_array()) {
      branches->push(json::Value::object({{"type", "null"}}));
      return;
    }
  }
  problems.add(where, "nullable stands beside neither a type nor alternatives");
}

void settle_null(json::Object& schema, const std::string& where, Problems& problems) {
  json::Value* preset = schema.find("default");
  // Some defaults are the word "null" where a string is meant that is not there.
  if (preset && preset->is_string() && preset->string() == "null") {
    schema.erase("default");
    preset = nullptr;
  }
  const json::Value* flag = schema.find("nullable");
  const bool nullable = (flag && flag->boolean()) || (preset && preset->is_null());
  schema.erase("nullable");
  if (nullable && !schema.find("$ref")) allow_null(schema, where, problems);
}

/// A string's default that was written as a boolean or number means its text.
void settle_default(json::Object& schema) {
  json::Value* preset = schema.find("default");
  const json::Value* type = schema.find("type");
  if (!preset || !type || type->string() != "string") return;
  if (preset->is_null() || preset->is_string() || preset->is_array() || preset->is_object()) return;
  *preset = json::Value(preset->text());
}

void check_keywords(const json::Object& schema, const std::string& where, Problems& problems) {
  for (const auto& [key, value] : schema) {
    if (!among(kKeywords, key)) problems.add(where, "the keyword \"" + key + "\" is not known");
  }
  if (const json::Value* type = schema.find("type")) {
    if (!type->is_string() || !among(kTypes, type->string())) {
      problems.add(where, "the type " + type->text() + " is not known");
    }
  }
  const json::Value* required = schema.find("required");
  if (required && !required->is_array()) problems.add(where, "\"required\" is not a list of names");
}

void normalise_children(json::Object& schema, const std::string& where, Problems& problems) {
  if (json::Value* properties = schema.find("properties")) {
    if (!object_of(*properties)) return problems.add(where, "\"properties\" is not a map");
    for (auto& [name, child] : properties->members()) {
      normalise_schema(child, where + "/" + name, problems);
    }
  }
  if (json::Value* items = schema.find("items")) normalise_schema(*items, where + "[]", problems);
  json::Value* additional = schema.find("additionalProperties");
  if (additional && additional->is_object()) normalise_schema(*additional, where + "/*", problems);
  for (const std::string_view word : {"allOf", "anyOf", "oneOf"}) {
    json::Value* branches = schema.find(word);
    if (!branches) continue;
    if (!branches->is_array()) return problems.add(where, std::string(word) + " is not a list");
    for (json::Value& branch : branches->items()) {
      normalise_schema(branch, where + "/" + std::string(word), problems);
    }
  }
}

}  // namespace

void normalise_schema(json::Value& value, const std::string& where, Problems& problems) {
  json::Object* schema = object_of(value);
  if (!schema) return problems.add(where, "a schema is not a map");
  check_keywords(*schema, where, problems);
  rename_format(*schema, where, problems);
  exclusive_bound(*schema, "exclusiveMinimum", "minimum");
  exclusive_bound(*schema, "exclusiveMaximum", "maximum");
  settle_default(*schema);
  normalise_children(*schema, where, problems);
  settle_null(*schema, where, problems);
}

}  // namespace tandem::contract_tool
