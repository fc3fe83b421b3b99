#include "normalise.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "names.h"
#include "reason.h"
#include "schema_rules.h"

namespace tandem::contract_tool {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kVerbs[] = {"delete", "get", "head", "patch", "post", "put"};
constexpr std::string_view kOperationKeys[] = {"deprecated",  "operationId", "parameters",
                                               "requestBody", "responses",   "security",
                                               "summary",     "tags",        "x-product"};
constexpr std::string_view kParameterKeys[] = {"example",  "explode", "in",   "name",
                                               "required", "schema",  "style"};
constexpr std::string_view kAnswerKeys[] = {"content", "description", "headers"};
constexpr std::string_view kBodyKeys[] = {"content", "required"};
constexpr std::string_view kMediaKeys[] = {"encoding", "schema"};

bool among(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void check_keys(const json::Value& value, Words known, const std::string& where,
                Problems& problems) {
  for (const auto& [key, ignored] : value.members()) {
    if (!among(known, key)) problems.add(where, "the key \"" + key + "\" is not known");
  }
}

bool is_reference(const json::Value& value) {
  return value.is_object() && value.members().find("$ref");
}

void normalise_content(json::Value& holder, const std::string& where, Problems& problems) {
  json::Value* content = holder.members().find("content");
  if (!content || !content->is_object()) return;
  for (auto& [type, media] : content->members()) {
    if (!media.is_object()) {
      problems.add(where, "the content " + type + " is not a map");
      continue;
    }
    check_keys(media, kMediaKeys, where, problems);
    if (json::Value* schema = media.members().find("schema")) {
      normalise_schema(*schema, where + " " + type, problems);
    }
  }
}

void normalise_parameter(json::Value& parameter, const std::string& where, Problems& problems) {
  if (!parameter.is_object()) return problems.add(where, "a parameter is not a map");
  if (is_reference(parameter)) return;
  check_keys(parameter, kParameterKeys, where, problems);
  const std::string name(parameter["name"].string());
  const std::string in(parameter["in"].string());
  if (name.empty()) problems.add(where, "a parameter has no name");
  if (in != "path" && in != "query" && in != "header") {
    problems.add(where, "the parameter \"" + name + "\" is in neither path, query nor header");
  }
  const std::string_view style = parameter["style"].string();
  if (!style.empty() && style != "deepObject") {
    problems.add(where, "the style of the parameter \"" + name + "\" is not known");
  }
  if (in == "path") parameter.set("required", true);
  json::Value* schema = parameter.members().find("schema");
  if (!schema) return problems.add(where, "the parameter \"" + name + "\" has no schema");
  normalise_schema(*schema, where + " " + name, problems);
}

void normalise_body(json::Value& body, const std::string& where, Problems& problems) {
  if (!body.is_object()) return problems.add(where, "the body is not a map");
  if (is_reference(body)) return;
  check_keys(body, kBodyKeys, where, problems);
  normalise_content(body, where, problems);
}

void normalise_answer(json::Value& answer, std::string_view description, const std::string& where,
                      Problems& problems) {
  if (answer.is_null()) answer = json::Value::object();
  if (!answer.is_object()) return problems.add(where, "an answer is not a map");
  if (is_reference(answer)) return;
  check_keys(answer, kAnswerKeys, where, problems);
  answer.set("description", description);
  normalise_content(answer, where, problems);
  json::Value* headers = answer.members().find("headers");
  if (!headers || !headers->is_object()) return;
  for (auto& [name, header] : headers->members()) {
    if (json::Value* schema = header.members().find("schema")) {
      normalise_schema(*schema, where + " " + name, problems);
    }
  }
}

void normalise_answers(json::Value& operation, const std::string& where, Problems& problems) {
  json::Value* answers = operation.members().find("responses");
  if (!answers || !answers->is_object() || answers->members().empty()) {
    return problems.add(where, "has no answers");
  }
  for (auto& [status, answer] : answers->members()) {
    const bool digits =
        status.size() == 3 && status.find_first_not_of("0123456789") == std::string::npos;
    if (!digits && status != "default") {
      problems.add(where, "\"" + status + "\" is not a status");
    }
    normalise_answer(answer, reason(status), where + " " + status, problems);
  }
}

const json::Value& resolve_parameter(const json::Value& parameter, const json::Value& contract) {
  constexpr std::string_view kPrefix = "#/components/parameters/";
  const std::string_view reference = parameter["$ref"].string();
  if (!reference.starts_with(kPrefix)) return parameter;
  return contract["components"]["parameters"][reference.substr(kPrefix.size())];
}

std::vector<std::string> template_names(std::string_view path) {
  std::vector<std::string> names;
  while (true) {
    const size_t open = path.find('{');
    const size_t close = path.find('}', open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    names.emplace_back(path.substr(open + 1, close - open - 1));
    path.remove_prefix(close + 1);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void check_path_parameters(const json::Value& operation, const std::string& path,
                           const json::Value& contract, const std::string& where,
                           Problems& problems) {
  std::vector<std::string> declared;
  if (const json::Value& list = operation["parameters"]; list.is_array()) {
    for (const json::Value& item : list.items()) {
      const json::Value& parameter = resolve_parameter(item, contract);
      if (parameter["in"].string() == "path") declared.emplace_back(parameter["name"].string());
    }
  }
  std::sort(declared.begin(), declared.end());
  if (declared != template_names(path)) {
    problems.add(where, "the path's template and the path parameters differ");
  }
}

/// The operation's parameters and those of its path that it does not name itself.
void inherit_parameters(json::Value& operation, const json::Value& shared) {
  if (!shared.is_array()) return;
  const json::Value* own_parameters = operation.members().find("parameters");
  json::Value all = own_parameters ? *own_parameters : json::Value::array();
  for (const json::Value& parameter : shared.items()) {
    const bool named = std::any_of(all.items().begin(), all.items().end(), [&](const auto& own) {
      return own["name"] == parameter["name"] && own["in"] == parameter["in"] && !is_reference(own);
    });
    if (!named) all.push(parameter);
  }
  operation.set("parameters", std::move(all));
}

/// OpenAPI allows a parameter once: several deepObject ones of a name become one with the members
/// of all.
void join_parameters(json::Value& operation, const json::Value& contract, const std::string& where,
                     Problems& problems) {
  const json::Value* list = operation.members().find("parameters");
  if (!list || !list->is_array()) return;
  json::Value joined = json::Value::array();
  for (const json::Value& item : list->items()) {
    const json::Value& parameter = resolve_parameter(item, contract);
    const auto same =
        std::find_if(joined.items().begin(), joined.items().end(), [&](const json::Value& earlier) {
          const json::Value& other = resolve_parameter(earlier, contract);
          return other["name"] == parameter["name"] && other["in"] == parameter["in"];
        });
    if (same == joined.items().end()) {
      joined.push(item);
      continue;
    }
    json::Value whole = resolve_parameter(*same, contract);
    if (whole["style"].string() != "deepObject" || parameter["style"].string() != "deepObject") {
      problems.add(where,
                   "has the parameter \"" + std::string(whole["name"].string()) + "\" twice");
      continue;
    }
    json::Value& members = whole.member("schema").member("properties");
    for (const auto& [name, schema] : parameter["schema"]["properties"].members()) {
      members.set(name, schema);
    }
    *same = std::move(whole);
  }
  operation.set("parameters", std::move(joined));
}

void normalise_operation(json::Value& operation, const std::string& where, Problems& problems) {
  check_keys(operation, kOperationKeys, where, problems);
  const json::Value* deprecated = operation.members().find("deprecated");
  if (deprecated && !deprecated->boolean()) operation.members().erase("deprecated");
  if (json::Value* parameters = operation.members().find("parameters")) {
    for (json::Value& parameter : parameters->items()) {
      normalise_parameter(parameter, where, problems);
    }
  }
  if (json::Value* body = operation.members().find("requestBody")) {
    normalise_body(*body, where, problems);
  }
  normalise_answers(operation, where, problems);
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// Walks the operations of a path once each has its own parameters only.
class Operations {
 public:
  Operations(const json::Value& contract, Problems& problems)
      : contract_(contract), problems_(problems) {}

  void normalise_path(const std::string& path, json::Value& item) {
    const json::Value shared = item["parameters"];
    item.members().erase("parameters");
    for (auto& [verb, operation] : item.members()) {
      if (verb == "servers") {
        // These paths stand beside the versioned API, at the root of the same host.
        operation = json::Value::array({json::Value::object({{"url", "/"}})});
        continue;
      }
      const std::string where =
          std::string(operation["x-product"].string()) + ": " + upper(verb) + " " + path;
      if (!among(kVerbs, verb) || !operation.is_object()) {
        problems_.add(where, "is not an operation");
        continue;
      }
      inherit_parameters(operation, shared);
      normalise_operation(operation, where, problems_);
      join_parameters(operation, contract_, where, problems_);
      check_path_parameters(operation, path, contract_, where, problems_);
      check_names(operation, where);
    }
  }

 private:
  void check_names(const json::Value& operation, const std::string& where) {
    const std::string id(operation["operationId"].string());
    if (id.empty()) return problems_.add(where, "has no operationId");
    const std::string name = enumerator(id);
    if (name.empty()) return problems_.add(where, "no name can be made of the operationId " + id);
    const auto [known, fresh] = names_.emplace(name, where);
    if (!fresh) problems_.add(where, "its operationId is that of " + known->second);
    if (operation["summary"].string().empty()) {
      problems_.add(where, "has no summary");
    }
  }

  const json::Value& contract_;
  Problems& problems_;
  std::map<std::string, std::string> names_;  // enumerator -> where
};

void normalise_components(json::Value& components, Problems& problems) {
  for (auto& [kind, named] : components.members()) {
    for (auto& [name, value] : named.members()) {
      const std::string where = "components/" + kind + "/" + name;
      if (kind == "schemas") {
        normalise_schema(value, where, problems);
      } else if (kind == "parameters") {
        normalise_parameter(value, where, problems);
      } else if (kind == "requestBodies") {
        normalise_body(value, where, problems);
      } else if (kind == "responses") {
        normalise_answer(value, name, where, problems);
      } else {
        problems.add(where, "components of that kind are not known");
      }
    }
  }
}

}  // namespace

void normalise(json::Value& contract, Problems& problems) {
  normalise_components(contract.member("components"), problems);
  Operations operations(contract, problems);
  for (auto& [path, item] : contract.member("paths").members())
    operations.normalise_path(path, item);
  for (auto& [name, item] : contract.member("webhooks").members()) {
    json::Value* post = item.members().find("post");
    if (!post || item.members().size() != 1) {
      problems.add("webhook " + name, "is not one POST");
      continue;
    }
    normalise_operation(*post, "webhook " + name, problems);
  }
}

}  // namespace tandem::contract_tool
