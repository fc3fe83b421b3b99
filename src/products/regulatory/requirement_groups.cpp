#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/document_links.h"
#include "products/common/steps.h"
#include "products/regulatory/regulatory.h"
#include "products/regulatory/requirements.h"

// A group answers what one kind of number asks for. It is filled in while "unapproved", looked at
// while "pending-approval", and then "approved" or "declined"; a declined one can be corrected.

namespace tandem::products::regulatory {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kGroups = "requirement_groups";
constexpr std::string_view kApprove = "regulatory.approve_group";
constexpr std::string_view kAnswers = "regulatory_requirements";
constexpr auto kApprovalTime = std::chrono::minutes(5);
/// How long a group waits for documents that are not reviewed yet, before it looks again.
constexpr auto kReviewWait = std::chrono::seconds(1);

json::Value* find_answer(json::Value& group, std::string_view requirement_id) {
  for (json::Value& answer : group.member(kAnswers).items()) {
    if (answer["requirement_id"].string() == requirement_id) return &answer;
  }
  return nullptr;
}

/// An open answer for each requirement that numbers of the group's kind have.
void open_answers(Draft& draft, const Case& which) {
  const std::string now = to_iso8601(draft.call.now);
  json::Array answers;
  for (const json::Value& type : required_types(draft.snapshot, which)) {
    answers.push_back(json::Value::object({{"requirement_id", type["id"]},
                                           {"field_type", field_type(type)},
                                           {"field_value", ""},
                                           {"status", "unapproved"},
                                           {"created_at", now},
                                           {"updated_at", now}}));
  }
  draft.document.set(kAnswers, std::move(answers));
}

/// Writes the values that the request gives into the open answers.
Result<void, ApiError> take_values(Draft& draft) {
  json::Value& group = draft.document;
  const std::string_view country = group["country_code"].string();
  size_t index = 0;
  for (const json::View given : draft.call.body[kAnswers].items()) {
    const std::string pointer = "/regulatory_requirements/" + std::to_string(index++);
    const std::string_view id = given["requirement_id"].string();
    json::Value* answer = find_answer(group, id);
    const auto type = draft.snapshot.get(kRequirementTypes, id);
    if (!answer || !type) {
      return refuse("10015", "Numbers of this kind have no such requirement.",
                    pointer + "/requirement_id");
    }
    const std::string_view value = given["field_value"].string();
    if (!value.empty()) {
      const auto fault =
          fault_of(draft.snapshot, draft.call.account.id, api::document_of(*type), country, value);
      if (fault) return refuse("10015", *fault, pointer + "/field_value");
    }
    answer->set("field_value", value);
    answer->set("status", "unapproved");
    answer->set("updated_at", to_iso8601(draft.call.now));
  }
  return {};
}

/// Documents named in the answers are in use from now on.
void link_answers(Draft& draft) {
  const json::Value& group = draft.document;
  const std::string_view account = draft.call.account.id;
  const std::string_view id = group["id"].string();
  if (draft.before) unlink_documents(draft.snapshot, account, id, draft.effects);
  for (const json::Value& answer : group[kAnswers].items()) {
    const std::string_view value = answer["field_value"].string();
    if (answer["field_type"].string() != "document_id" || value.empty()) continue;
    link_document({draft.call.now, draft.call.ids}, account, value, "requirement_group", id,
                  draft.effects);
  }
}

Result<void, ApiError> make_group(Draft& draft) {
  json::Value& group = draft.document;
  open_answers(draft, {std::string(group["country_code"].string()),
                       std::string(group["phone_number_type"].string()),
                       std::string(group["action"].string())});
  group.set("status", "unapproved");
  auto taken = take_values(draft);
  if (taken) link_answers(draft);
  return taken;
}

Result<void, ApiError> change_group(Draft& draft) {
  json::Value& group = draft.document;
  group.set(kAnswers, (*draft.before)[kAnswers]);
  const std::string_view status = group["status"].string();
  const bool changes_values = draft.call.body[kAnswers].size() > 0;
  if (changes_values && status != "unapproved" && status != "declined") {
    return refuse("10010", "A group that is or was submitted keeps its values.",
                  "/regulatory_requirements");
  }
  if (changes_values) group.set("status", "unapproved");
  auto taken = take_values(draft);
  if (taken) link_answers(draft);
  return taken;
}

Result<void, ApiError> delete_group(Draft& draft) {
  unlink_documents(draft.snapshot, draft.call.account.id, draft.document["id"].string(),
                   draft.effects);
  return {};
}

void set_status(json::Value& group, std::string_view status, WallTime now) {
  group.set("status", status);
  for (json::Value& answer : group.member(kAnswers).items()) {
    answer.set("status", status);
    answer.set("updated_at", to_iso8601(now));
  }
}

Outcome submit(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* groups = registry.engine(kGroups);
  const auto row = groups->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value group = api::document_of(*row);
  const std::string_view status = group["status"].string();
  if (status != "unapproved" && status != "declined") {
    return refuse("10010", "This group was submitted already.", "/status");
  }
  size_t index = 0;
  for (const json::Value& answer : group[kAnswers].items()) {
    const std::string pointer = "/regulatory_requirements/" + std::to_string(index++);
    if (answer["field_value"].string().empty()) {
      return refuse("10004", "Every requirement needs a value before the group is submitted.",
                    pointer + "/field_value");
    }
  }
  Effects effects;
  set_status(group, "pending-approval", call.now);
  groups->put(*row, group, call.now, effects);
  effects.timers.push_back(
      document_timer(kApprove, row->id, call.account.id, call.now + kApprovalTime));
  effects.reply = groups->reply(call, snapshot, group);
  return effects;
}

/// Status of the document that answers a requirement; "denied" when it is gone.
std::string document_status(const store::Snapshot& snapshot, const json::Value& answer) {
  const auto row = snapshot.get(kDocuments, answer["field_value"].string());
  return row ? std::string(api::document_of(*row)["status"].string()) : "denied";
}

/// A group waits for the review of its documents, and is declined when one of them was denied.
Effects approve(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto group = step_document(step, snapshot, kGroups);
  if (!group || group->fields["status"].string() != "pending-approval") return effects;
  bool declined = false;
  set_status(group->fields, "approved", step.now);
  for (json::Value& answer : group->fields.member(kAnswers).items()) {
    if (answer["field_type"].string() != "document_id") continue;
    const std::string status = document_status(snapshot, answer);
    if (status == "pending") {
      effects.timers.push_back(
          document_timer(kApprove, group->row.id, group->row.account, step.now + kReviewWait));
      return effects;
    }
    if (status != "denied") continue;
    answer.set("status", "declined");
    declined = true;
  }
  if (declined) group->fields.set("status", "declined");
  put_back(kGroups, *group, step.now, effects);
  return effects;
}

}  // namespace

void declare_requirement_groups(api::Registry& registry) {
  registry.bind(Op::SubmitRequirementGroup,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return submit(registry, call, snapshot);
                });
  registry.workflow(std::string(kApprove), approve);
  registry.resource({
      .path = "/requirement_groups",
      .record_type = "requirement_group",
      .on_create = make_group,
      .on_update = change_group,
      .on_delete = delete_group,
  });
}

}  // namespace tandem::products::regulatory
