#include "api/answer_check.h"

#include <algorithm>

#include "core/json.h"
#include "core/log.h"

namespace tandem::api {
namespace {

using contract::Schema;

ApiError violation(std::string_view who, const contract::ErrorItem& problem) {
  const std::string at = problem.pointer.empty() ? "/" : problem.pointer;
  log::error("api", "what we say does not fit the contract",
             {{"where", std::string(who)}, {"pointer", at}, {"problem", problem.detail}});
  ApiError error("10007",
                 std::string(who) + " does not fit the contract at " + at + ": " + problem.detail);
  return error.with_status(500);
}

/// The schema at a JSON pointer below `schema`, or an empty one.
Schema schema_at(Schema schema, std::string_view pointer) {
  while (schema && !pointer.empty()) {
    pointer.remove_prefix(1);
    const size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string_view step = pointer.substr(0, end);
    pointer.remove_prefix(end);
    schema = schema.kind() == Schema::Kind::Array ? schema.items() : schema.member(step);
  }
  return schema;
}

/// The contract requires a few members that it describes nowhere; nobody can give those.
bool is_undescribed(Schema schema, const contract::ErrorItem& problem) {
  if (problem.code != "10004") return false;
  const Schema member = schema_at(schema, problem.pointer);
  return !member || member.kind() == Schema::Kind::Any;
}

/// The first problem that counts.
std::optional<contract::ErrorItem> first_problem(Schema schema, json::View root) {
  std::vector<contract::ErrorItem> problems;
  if (schema.validate(root, contract::Direction::Answer, problems)) return {};
  for (contract::ErrorItem& problem : problems) {
    if (!is_undescribed(schema, problem)) return std::move(problem);
  }
  return {};
}

std::optional<ApiError> hold(std::string_view who, Schema schema, std::string_view text) {
  const auto document = json::Document::parse(text);
  if (!document) return violation(who, {"10015", "it is not JSON", "", ""});
  const auto problem = first_problem(schema, document->root());
  if (!problem) return {};
  return violation(who, *problem);
}

}  // namespace

AnswerCheck::AnswerCheck(const contract::Contract& contract) {
  for (const contract::Webhook& webhook : contract.webhooks()) {
    const Schema data = webhook.schema.member("data");
    const Schema payload = data ? data.member("payload") : Schema();
    const Schema type = data ? data.member("event_type") : Schema();
    if (!payload || !type) continue;
    for (const std::string_view name : type.enum_values()) {
      payloads_.emplace(std::string(name), payload);
    }
  }
}

std::optional<ApiError> AnswerCheck::check_reply(const contract::Operation& operation,
                                                 const Reply& reply) const {
  if (reply.later || reply.file || reply.content_type != "application/json") return {};
  const int status = reply.status != 0 ? reply.status : operation.success_status();
  const contract::Answer* answer = operation.answer_for(status);
  // The default answer describes errors.
  if (answer && answer->status == 0 && status < 400) answer = nullptr;
  std::string who = std::string(operation.id) + " (" + std::to_string(status) + ")";
  if (!answer) {
    if (status >= 400) return {};
    return violation(who, {"10015", "the contract has no such status", "", ""});
  }
  if (!answer->schema || answer->content_type.find("json") == std::string_view::npos) return {};
  return hold(who, answer->schema, reply.body);
}

std::optional<ApiError> AnswerCheck::check_event(const events::Event& event) const {
  const auto [begin, end] = payloads_.equal_range(event.type);
  if (begin == end || event.target.shape == events::Target::Shape::Raw) return {};
  const auto document = json::Document::parse(event.payload);
  const std::string who = "event " + event.type;
  if (!document) return violation(who, {"10015", "its payload is not JSON", "", ""});
  std::optional<contract::ErrorItem> problem;
  for (auto known = begin; known != end; ++known) {
    problem = first_problem(known->second, document->root());
    if (!problem) return {};
  }
  return violation(who, *problem);
}

std::optional<ApiError> AnswerCheck::check_events(const std::vector<events::Event>& events) const {
  for (const events::Event& event : events) {
    if (auto error = check_event(event)) return error;
  }
  return {};
}

}  // namespace tandem::api
