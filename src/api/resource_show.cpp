#include "api/resource_show.h"

#include <algorithm>

#include "core/assert.h"

namespace tandem::api {
namespace {

/// Members whose name starts with '_' are the platform's own.
void erase_internal(json::Value& document) {
  std::vector<std::string> names;
  for (const auto& [name, value] : document.members()) {
    if (name.starts_with('_')) names.push_back(name);
  }
  for (const std::string& name : names) document.members().erase(name);
}

/// The answer of success: JSON where there is a choice.
const contract::Answer* success_answer(const contract::Operation& operation) {
  const contract::Answer* first = nullptr;
  for (const contract::Answer& answer : operation.answers) {
    if (answer.status < 200 || answer.status >= 300) continue;
    if (answer.content_type == "application/json") return &answer;
    if (!first) first = &answer;
  }
  return first;
}

}  // namespace

json::Value shown(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                  json::Value document) {
  if (plan.resource.on_read) plan.resource.on_read(call, snapshot, document);
  for (const std::string& path : plan.hidden) erase_path(document, path);
  erase_internal(document);
  return document;
}

void append_shown(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                  std::string_view body, std::string& out) {
  if (plan.sends_stored_text(body)) {
    out += body;
    return;
  }
  auto document = json::Value::parse(body);
  TANDEM_ASSERT(document.has_value());  // only JSON is ever put
  shown(plan, call, snapshot, std::move(*document)).append_text(out);
}

Reply document_reply(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                     std::string_view body) {
  const contract::Answer* answer = success_answer(call.operation);
  if (!answer || answer->content_type.empty()) return Reply::empty(call.operation.success_status());
  const std::string_view wrapper = wrapper_of(answer->schema);
  const bool many =
      !wrapper.empty() && answer->schema.member(wrapper).kind() == contract::Schema::Kind::Array;
  std::string text;
  text.reserve(body.size() + wrapper.size() + 8);
  if (!wrapper.empty()) text.append("{\"").append(wrapper).append(many ? "\":[" : "\":");
  append_shown(plan, call, snapshot, body, text);
  if (!wrapper.empty()) text.append(many ? "]}" : "}");
  return Reply::json(std::move(text), answer->status);
}

}  // namespace tandem::api
