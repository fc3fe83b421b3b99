#include "contract/compiler.h"

#include <charconv>
#include <optional>

namespace tandem::contract {
namespace {

/// The product whose catch-all paths are routed apart.
constexpr std::string_view kStorage = "storage";

std::optional<Verb> verb_of(std::string_view name) {
  if (name == "get") return Verb::Get;
  if (name == "post") return Verb::Post;
  if (name == "put") return Verb::Put;
  if (name == "patch") return Verb::Patch;
  if (name == "delete") return Verb::Delete;
  if (name == "head") return Verb::Head;
  return std::nullopt;
}

Security security_of(json::View list) {
  if (!list.exists()) return Security::ApiKey;
  bool optional = list.size() == 0;
  bool oauth = false;
  for (const json::View choice : list.items()) {
    if (choice.size() == 0) optional = true;
    oauth = oauth || choice["oauthClientAuth"].exists();
  }
  if (oauth) return optional ? Security::OptionalOAuthClient : Security::OAuthClient;
  return optional ? Security::None : Security::ApiKey;
}

bool is_catch_all(std::string_view path) { return path == "/" || path.starts_with("/{"); }

int status_of(std::string_view text) {
  int status = 0;
  std::from_chars(text.data(), text.data() + text.size(), status);
  return status;
}

}  // namespace

Compiler::Compiler(Contract& contract, json::View document)
    : contract_(contract),
      tables_(contract.impl_->tables),
      document_(document),
      schemas_(tables_, document["components"]) {}

Schema Compiler::schema(json::View json) {
  return json.exists() ? schema_at(schemas_.compile(json)) : Schema();
}

json::View Compiler::resolved(json::View value) {
  const json::View reference = value["$ref"];
  return reference.exists() ? schemas_.resolve(reference.string()) : value;
}

Range Compiler::add_parameters(json::View list) {
  const auto begin = static_cast<uint32_t>(tables_.parameters.size());
  for (const json::View item : list.items()) {
    const json::View json = resolved(item);
    Parameter parameter;
    parameter.name = tables_.arena.keep(json["name"].string());
    const std::string_view in = json["in"].string();
    parameter.in = in == "path"     ? Parameter::In::Path
                   : in == "header" ? Parameter::In::Header
                                    : Parameter::In::Query;
    parameter.required = json["required"].boolean();
    parameter.schema = schema(json["schema"]);
    parameter.style = json["style"].string() == "deepObject" ? Parameter::Style::DeepObject
                                                             : Parameter::Style::Plain;
    tables_.parameters.push_back(parameter);
  }
  return {begin, static_cast<uint32_t>(tables_.parameters.size()) - begin};
}

Range Compiler::add_bodies(json::View body) {
  const auto begin = static_cast<uint32_t>(tables_.bodies.size());
  for (const auto [type, media] : body["content"].members()) {
    tables_.bodies.push_back({tables_.arena.keep(type), schema(media["schema"])});
  }
  return {begin, static_cast<uint32_t>(tables_.bodies.size()) - begin};
}

Range Compiler::add_answers(json::View list) {
  const auto begin = static_cast<uint32_t>(tables_.answers.size());
  for (const auto [status, item] : list.members()) {
    const json::View content = resolved(item)["content"];
    if (content.size() == 0) tables_.answers.push_back({status_of(status), {}, {}});
    for (const auto [type, media] : content.members()) {
      tables_.answers.push_back(
          {status_of(status), tables_.arena.keep(type), schema(media["schema"])});
    }
  }
  return {begin, static_cast<uint32_t>(tables_.answers.size()) - begin};
}

Range Compiler::add_path_names(std::string_view path) {
  const auto begin = static_cast<uint32_t>(tables_.texts.size());
  for (size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open)) {
    const size_t close = path.find('}', open);
    if (close == std::string_view::npos) break;
    tables_.texts.push_back(path.substr(open + 1, close - open - 1));
    open = close;
  }
  return {begin, static_cast<uint32_t>(tables_.texts.size()) - begin};
}

void Compiler::add_route(std::string_view path, Verb verb, std::string_view product) {
  const auto index = static_cast<uint16_t>(tables_.operations.size() - 1);
  const auto slot = static_cast<size_t>(verb);
  bool added = false;
  if (product == kStorage && is_catch_all(path)) {
    // The name of an object may hold slashes: a second parameter takes all that is left.
    std::string route(path);
    if (route.ends_with('}') && route.find("/{", 1) != std::string::npos) {
      route.insert(route.size() - 1, "...");
    }
    added = tables_.storage.add(route, slot, index);
  } else {
    added = tables_.api.add(path, slot, index);
  }
  if (!added) error_ = "the path cannot be routed: " + std::string(path);
}

void Compiler::add_operation(std::string_view path, Verb verb, json::View json) {
  Operation operation{};
  operation.op = static_cast<Op>(tables_.operations.size());
  operation.id = tables_.arena.keep(json["operationId"].string());
  operation.verb = verb;
  operation.path = path;
  operation.product = tables_.arena.keep(json["x-product"].string());
  for (const json::View tag : json["tags"].items()) {
    operation.tag = tables_.arena.keep(tag.string());
    break;
  }
  operation.summary = tables_.arena.keep(json["summary"].string());
  operation.security = security_of(json["security"]);
  operation.deprecated = json["deprecated"].boolean();
  const json::View body = resolved(json["requestBody"]);
  operation.body_required = body["required"].boolean();
  Ranges ranges;
  ranges.parameters = add_parameters(json["parameters"]);
  ranges.bodies = add_bodies(body);
  ranges.answers = add_answers(json["responses"]);
  ranges_.push_back(ranges);
  tables_.path_names.push_back(add_path_names(path));
  tables_.operations.push_back(operation);
  add_route(path, verb, operation.product);
}

void Compiler::add_path(std::string_view path, json::View item) {
  const std::string_view kept = tables_.arena.keep(path);
  for (const auto [name, json] : item.members()) {
    if (const auto verb = verb_of(name)) add_operation(kept, *verb, json);
  }
}

void Compiler::add_webhook(std::string_view name, json::View json) {
  Webhook webhook;
  webhook.name = tables_.arena.keep(name);
  webhook.product = tables_.arena.keep(json["x-product"].string());
  for (const auto [type, media] : resolved(json["requestBody"])["content"].members()) {
    webhook.schema = schema(media["schema"]);
  }
  tables_.webhooks.push_back(webhook);
}

void Compiler::set_spans() {
  for (Parameter& parameter : tables_.parameters) {
    if (parameter.style == Parameter::Style::Plain &&
        parameter.schema.kind() == Schema::Kind::Array) {
      parameter.style = Parameter::Style::List;
    }
  }
  for (size_t i = 0; i < tables_.operations.size(); ++i) {
    Operation& operation = tables_.operations[i];
    operation.parameters = tables_.of(tables_.parameters, ranges_[i].parameters);
    operation.bodies = tables_.of(tables_.bodies, ranges_[i].bodies);
    operation.answers = tables_.of(tables_.answers, ranges_[i].answers);
    operation.paging = paging_of(operation);
  }
}

Result<void> Compiler::run() {
  for (const auto [path, item] : document_["paths"].members()) add_path(path, item);
  for (const auto [name, item] : document_["webhooks"].members()) add_webhook(name, item["post"]);
  for (const json::View name : document_["x-pending"].items()) {
    tables_.pending.push_back(tables_.arena.keep(name.string()));
  }
  if (error_.empty()) error_ = schemas_.error();
  if (!error_.empty()) return fail("the contract is broken: " + error_);
  schemas_.finish();
  set_spans();
  return {};
}

}  // namespace tandem::contract
