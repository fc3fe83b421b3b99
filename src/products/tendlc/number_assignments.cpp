#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/tendlc/number_campaigns.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// Assigning all numbers of a messaging profile to a campaign: a task that runs on its own.

namespace tandem::products::tendlc {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kTasks = "tcr_assignment_tasks";
constexpr std::string_view kNumbers = "phone_numbers";
constexpr std::string_view kProfiles = "messaging_profiles";
constexpr int64_t kMostNumbers = 1'000;  // of one profile

std::string named_campaign(const Call& call) {
  const std::string_view id = call.body["campaignId"].string();
  return std::string(id.empty() ? call.body["tcrCampaignId"].string() : id);
}

Outcome start(const Call& call, const store::Snapshot& snapshot) {
  const std::string profile(call.body["messagingProfileId"].string());
  if (!api::find_own(snapshot, call.account, kProfiles, profile)) {
    return refuse("10017", "Your account has no messaging profile of this id.",
                  "/messagingProfileId");
  }
  const std::string campaign = named_campaign(call);
  if (campaign.empty()) return refuse("10004", "Numbers need a campaign.", "/campaignId");
  if (!find_assignable(snapshot, call.account.id, campaign)) {
    return refuse("10017", "Your account has no campaign of this id.", "/campaignId");
  }
  const std::string id = call.ids.uuid();
  const std::string now = to_iso8601(call.now);
  Effects effects;
  effects.put(std::string(kTasks), id, call.account.id,
              json::Value::object({{"taskId", id},
                                   {"status", "pending"},
                                   {"createdAt", now},
                                   {"updatedAt", now},
                                   {"_campaign", campaign},
                                   {"_profile", profile},
                                   {"_numbers", json::Array()}}),
              store::kNew, call.now);
  effects.timers.push_back(
      document_timer(kAssignProfile, id, call.account.id, call.now + kDecisionTime));
  json::Value reply = json::Value::object({{"messagingProfileId", profile}, {"taskId", id}});
  for (const char* name : {"campaignId", "tcrCampaignId"}) {
    if (call.body[name].is_string()) reply.set(name, call.body[name].string());
  }
  effects.reply = api::Reply::json(reply.text());
  return effects;
}

/// Assigns one number; the assignment goes its way as if it was made alone.
void assign_number(const store::Snapshot& snapshot, const std::string& account,
                   const std::string& number, const Assignable& campaign, WallTime now,
                   Effects& effects) {
  const std::string key = account + "/" + number;
  const auto before = snapshot.get(kNumberCampaigns, key);
  json::Value assignment = before ? api::document_of(*before) : json::Value::object();
  assignment.set("phoneNumber", number);
  if (!before) assignment.set("createdAt", to_iso8601(now));
  assignment.set("updatedAt", to_iso8601(now));
  assign_to(assignment, campaign);
  effects.put(std::string(kNumberCampaigns), key, account, assignment,
              before ? before->revision : store::kNew, now);
  effects.timers.push_back(document_timer(kAssignNumber, key, account, now + kDecisionTime));
}

Effects run(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto task = step_document(step, snapshot, kTasks);
  if (!task || task->fields["status"].string() != "pending") return effects;
  const auto campaign =
      find_assignable(snapshot, task->row.account, task->fields["_campaign"].string());
  task->fields.set("status", campaign ? "completed" : "failed");
  store::Query query;
  query.collection = kNumbers;
  query.account = task->row.account;
  query.where = {{"messaging_profile_id",
                  store::Compare::Eq,
                  {std::string(task->fields["_profile"].string())}}};
  query.limit = kMostNumbers;
  json::Array numbers;
  for (const store::Row& row : snapshot.list(query).rows) {
    const std::string number(api::document_of(row)["phone_number"].string());
    numbers.emplace_back(number);
    if (campaign) {
      assign_number(snapshot, task->row.account, number, *campaign, step.now, effects);
    }
  }
  task->fields.set("_numbers", std::move(numbers));
  put_back(kTasks, *task, step.now, effects);
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kTasks, call.param("taskId"));
  if (!row) return tl::unexpected(row.error());
  const json::Value task = api::document_of(*row);
  Effects effects;
  effects.reply = api::Reply::json(json::Value::object({{"taskId", task["taskId"]},
                                                        {"status", task["status"]},
                                                        {"createdAt", task["createdAt"]},
                                                        {"updatedAt", task["updatedAt"]}})
                                       .text());
  return effects;
}

std::string assignment_status(const store::Snapshot& snapshot, const std::string& account,
                              const std::string& number) {
  const auto row = snapshot.get(kNumberCampaigns, account + "/" + number);
  const std::string status =
      row ? std::string(api::document_of(*row)["assignmentStatus"].string()) : std::string();
  if (status == "ASSIGNED") return "completed";
  return status == "PENDING_ASSIGNMENT" ? "pending" : "failed";
}

Outcome list_numbers(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kTasks, call.param("taskId"));
  if (!row) return tl::unexpected(row.error());
  const json::Value task = api::document_of(*row);
  const json::Array& numbers = task["_numbers"].items();
  const PageAsked asked = asked_page(call, 20);
  json::Array records;
  const auto total = static_cast<int64_t>(numbers.size());
  for (int64_t i = (asked.number - 1) * asked.size; i < asked.number * asked.size && i < total;
       ++i) {
    const std::string number(numbers[static_cast<size_t>(i)].string());
    records.push_back(
        json::Value::object({{"taskId", task["taskId"]},
                             {"phoneNumber", number},
                             {"status", assignment_status(snapshot, call.account.id, number)}}));
  }
  json::Value body = json::Value::object({{"page", asked.number}, {"totalRecords", total}});
  body.set("records", std::move(records));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_number_assignments(api::Registry& registry) {
  registry.collection({.name = std::string(kTasks), .indexes = {}});
  registry.collection(
      {.name = std::string(kNumbers), .indexes = {{.path = "messaging_profile_id"}}});
  registry.bind(Op::PostAssignMessagingProfileToCampaign, start);
  registry.bind(Op::GetAssignmentTaskStatus, show);
  registry.bind(Op::GetPhoneNumberStatus, list_numbers);
  registry.workflow(std::string(kAssignProfile), run);
}

}  // namespace tandem::products::tendlc
