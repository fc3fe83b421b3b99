#include "api/resource_plan.h"

#include <algorithm>

namespace tandem::api {
namespace {

using contract::Contract;
using contract::Operation;
using contract::Schema;
using contract::Verb;

std::string collection_name(const Resource& resource) {
  if (!resource.collection.empty()) return resource.collection;
  std::string name;
  for (const char c : resource.path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain)
      name += c;
    else if (c >= 'A' && c <= 'Z')
      name += static_cast<char>(c - 'A' + 'a');
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

/// Whether `path` is `base` plus one parameter: "/networks/{id}"; a base that ends in ".json" has
/// its items beside it.
bool is_item_of(std::string_view path, std::string_view base) {
  std::string_view suffix;
  if (base.ends_with(".json")) {
    suffix = ".json";
    base.remove_suffix(suffix.size());
  }
  if (!path.starts_with(base) || !path.ends_with(suffix)) return false;
  path.remove_prefix(base.size());
  path.remove_suffix(suffix.size());
  return path.size() > 3 && path.starts_with("/{") && path.ends_with('}') &&
         path.find('/', 1) == std::string_view::npos;
}

void find_item_path(ResourcePlan& plan, const Contract& contract) {
  Resource& resource = plan.resource;
  if (!resource.item_path.empty() || resource.singleton) return;
  for (const Operation& operation : contract.operations()) {
    if (!is_item_of(operation.path, resource.path)) continue;
    if (!resource.item_path.empty() && resource.item_path != operation.path) {
      plan.problems.push_back(resource.path + ": several item paths, name one in item_path");
      return;
    }
    resource.item_path = std::string(operation.path);
  }
}

void find_operations(ResourcePlan& plan, const Contract& contract) {
  const Resource& resource = plan.resource;
  const std::string& item = resource.singleton ? resource.path : resource.item_path;
  if (!resource.singleton) {
    plan.list = contract.find(Verb::Get, resource.path);
    plan.create = contract.find(Verb::Post, resource.path);
  }
  if (!item.empty()) {
    plan.get = contract.find(Verb::Get, item);
    plan.remove = contract.find(Verb::Delete, item);
    for (const Verb verb : {Verb::Patch, Verb::Put, Verb::Post}) {
      if (const Operation* update = contract.find(verb, item)) plan.updates.push_back(update);
    }
  }
  if (!plan.list && !plan.create && !plan.get && !plan.remove && plan.updates.empty()) {
    plan.problems.push_back(resource.path + ": the contract has no operation there");
  }
}

/// The first JSON body of the operation, or an empty schema.
Schema request_schema(const Operation* operation) {
  if (!operation || operation->bodies.empty()) return {};
  return operation->bodies.front().schema;
}

Schema find_document_schema(const ResourcePlan& plan) {
  for (const Operation* operation : {plan.get, plan.create, plan.list}) {
    if (!operation) continue;
    const Schema schema = document_schema(operation->success_schema());
    if (schema && schema.property_count() > 0) return schema;
  }
  for (const Operation* update : plan.updates) {
    const Schema schema = document_schema(update->success_schema());
    if (schema && schema.property_count() > 0) return schema;
  }
  return {};
}

/// Secrets, and what requests have that no answer has.
std::vector<std::string> hidden_members(const ResourcePlan& plan) {
  std::vector<std::string> hidden = plan.resource.secret;
  if (!plan.document || plan.document.property_count() == 0) return hidden;
  const auto hide_unanswered = [&](Schema request) {
    if (!request) return;
    for (size_t i = 0; i < request.property_count(); ++i) {
      const std::string name(request.property(i).name);
      const Schema answered = plan.document.member(name);
      if (answered && !answered.write_only()) continue;
      if (std::find(hidden.begin(), hidden.end(), name) == hidden.end()) hidden.push_back(name);
    }
  };
  hide_unanswered(request_schema(plan.create));
  for (const Operation* update : plan.updates) hide_unanswered(request_schema(update));
  return hidden;
}

std::string parent_parameter(const Resource& resource) {
  if (resource.parent_field.empty()) return {};
  const size_t open = resource.path.rfind('{');
  const size_t close = resource.path.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return resource.path.substr(open + 1, close - open - 1);
}

void plan_documents(ResourcePlan& plan) {
  Resource& resource = plan.resource;
  plan.document = find_document_schema(plan);
  Schema request = request_schema(plan.create);
  if (!request && !plan.updates.empty()) request = request_schema(plan.updates.front());
  plan.fields = plan_fields(plan.document, request);
  plan.stamps = Stamps::of(plan.document);
  const Schema id = plan.document.member(resource.id_field);
  plan.numeric_id = id && id.kind() == Schema::Kind::Integer;
  plan.has_record_type = !resource.record_type.empty();
  plan.hidden = hidden_members(plan);
  if (resource.defaults.empty()) resource.defaults = "{}";
  auto defaults = json::Value::parse(resource.defaults);
  if (defaults && defaults->is_object()) {
    plan.defaults = std::move(*defaults);
  } else {
    plan.defaults = json::Value::object();
    plan.problems.push_back(resource.path + ": defaults are no JSON object");
  }
}

}  // namespace

Schema document_schema(Schema answer) {
  if (!answer) return {};
  Schema inner = answer;
  if (const std::string_view wrapper = wrapper_of(answer); !wrapper.empty()) {
    inner = answer.member(wrapper);
  } else if (answer.kind() == Schema::Kind::Array) {
    return answer.items();
  } else {
    const PageForm form = PageForm::of(answer);
    const bool list = form.wants_total || form.zero_based || answer.property_count() == 1;
    if (!list) return answer;
    for (const PageForm::Member& member : form.top) {
      if (member.fact == PageForm::Fact::Items) return answer.member(member.name).items();
    }
    return answer;
  }
  return inner.kind() == Schema::Kind::Array ? inner.items() : inner;
}

std::string_view wrapper_of(Schema answer) {
  if (!answer) return {};
  const Schema data = answer.member("data");
  if (!data) return {};
  using Kind = Schema::Kind;
  const bool wraps =
      data.kind() == Kind::Object || data.kind() == Kind::Array || data.kind() == Kind::Any;
  return wraps ? "data" : std::string_view();
}

bool ResourcePlan::sends_stored_text(std::string_view body) const {
  if (!hidden.empty() || resource.on_read) return false;
  // Fewer underscores than quotes: the text `"_`, from its rarer end.
  for (size_t at = body.find('_'); at != std::string_view::npos; at = body.find('_', at + 1)) {
    if (at > 0 && body[at - 1] == '"') return false;
  }
  return true;
}

std::string ResourcePlan::key(std::string_view account, std::string_view id) const {
  if (resource.id != IdKind::Field || resource.global) return std::string(id);
  return std::string(account).append("/").append(id);
}

json::Value ResourcePlan::id_value(std::string_view id) const {
  if (!numeric_id) return json::Value(id);
  auto number = json::Value::parse(id);
  return number ? std::move(*number) : json::Value(id);
}

std::string_view parent_id(const ResourcePlan& plan, const Call& call) {
  if (plan.parent_param.empty()) return {};
  for (const auto& [name, value] : call.path) {
    if (name == plan.parent_param) return value;
  }
  // An item's template may call the same segment by another name.
  return call.path.empty() ? std::string_view() : std::string_view(call.path.front().second);
}

ResourcePlan plan_resource(Resource resource, const Contract& contract) {
  ResourcePlan plan;
  plan.resource = std::move(resource);
  plan.collection = collection_name(plan.resource);
  plan.parent_param = parent_parameter(plan.resource);
  find_item_path(plan, contract);
  find_operations(plan, contract);
  plan_documents(plan);
  if (plan.list) plan.page = PageForm::of(plan.list->success_schema());
  if (!plan.resource.parent_field.empty() && plan.parent_param.empty()) {
    plan.problems.push_back(plan.resource.path + ": has a parent_field but no path parameter");
  }
  return plan;
}

}  // namespace tandem::api
