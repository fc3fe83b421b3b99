#include "products/messaging/tollfree.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/e164.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::Draft;
using api::Effects;
using api::refuse;
using store::Compare;

constexpr std::string_view kReview = "messaging.review_tollfree_request";
constexpr size_t kMostNumbers = 100;

/// What the names of businesses do in the sandbox: how the review ends, and why.
struct Verdict {
  std::string_view name;
  std::string_view status;
  std::string_view reason;
};
constexpr Verdict kVerdicts[] = {
    {"REJECT", "Rejected", "The business could not be found in public registers."},
    {"INCOMPLETE", "Waiting For Customer", "The opt-in images do not show how people opt in."}};

Verdict verdict_on(const json::Value& request) {
  for (const Verdict& verdict : kVerdicts) {
    if (request["businessName"].string() == verdict.name) return verdict;
  }
  return {"", "Verified", ""};
}

/// Another request of the account that has the number and was not rejected.
bool is_requested(const Draft& draft, std::string_view number) {
  store::Query query;
  query.collection = kTollFreeRequests;
  query.account = draft.call.account.id;
  query.where = {{"_numbers", Compare::Has, {std::string(number)}},
                 {"verificationStatus", Compare::Ne, {std::string("Rejected")}},
                 {"id", Compare::Ne, {std::string(draft.document["id"].string())}}};
  query.limit = 1;
  return !draft.snapshot.list(query).rows.empty();
}

Result<void, ApiError> check_number(const Draft& draft, std::string_view number,
                                    const std::string& pointer) {
  if (!is_e164(number)) return refuse("10016", "This is no E.164 number.", pointer);
  const auto row = draft.snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", number);
  if (!row || row->account != draft.call.account.id) {
    return refuse("10017", "Your account has no such number.", pointer);
  }
  if (api::document_of(*row)["phone_number_type"].string() != "toll_free") {
    return refuse("10015", "The number is not toll-free.", pointer);
  }
  if (is_requested(draft, number)) {
    return refuse("10012", "Another request of yours has this number.", pointer);
  }
  return {};
}

/// The request is looked at from the start.
Result<void, ApiError> submit(Draft& draft) {
  json::Value& request = draft.document;
  json::Array numbers;
  for (const json::Value& item : request["phoneNumbers"].items()) {
    const std::string pointer = fmt::format("/phoneNumbers/{}/phoneNumber", numbers.size());
    if (numbers.size() == kMostNumbers) {
      return refuse("10015", "A request has at most 100 numbers.", "/phoneNumbers");
    }
    const std::string_view number = item["phoneNumber"].string();
    if (auto ok = check_number(draft, number, pointer); !ok) return ok;
    numbers.emplace_back(number);
  }
  request.set("_numbers", std::move(numbers));
  request.set("verificationRequestId", request["id"]);
  request.set("verificationStatus", "In Progress");
  request.members().erase("reason");
  draft.effects.timers.push_back(document_timer(
      kReview, request["id"].string(), draft.call.account.id, draft.call.now + kTollFreeReview));
  return {};
}

Result<void, ApiError> submit_again(Draft& draft) {
  if ((*draft.before)["verificationStatus"].string() == "Verified") {
    return refuse("10015", "The request was granted: it can't change any more.");
  }
  return submit(draft);
}

Result<void, ApiError> check_deletion(Draft& draft) {
  if (draft.document["verificationStatus"].string() == "Rejected") return {};
  return refuse("10015", "Only a request that was rejected can be deleted.");
}

/// Whom the request names is told of each of its states.
void tell(const StepDocument& request, const api::Step& step, Effects& effects) {
  const std::string_view url = request.fields["webhookUrl"].string();
  json::Value payload = json::Value::object();
  for (const auto& [name, value] : request.fields.members()) {
    if (name.front() != '_') payload.set(name, value);
  }
  effects.events.push_back({.id = step.ids.uuid(),
                            .account = request.row.account,
                            .type = "tollfree_verification.status_changed",
                            .subject = request.row.id,
                            .payload = payload.text(),
                            .occurred_at = step.now,
                            .target = {.url = std::string(url), .failover_url = {}}});
}

void let_send(const StepDocument& request, WallTime now, Effects& effects) {
  for (const json::Value& number : request.fields["_numbers"].items()) {
    effects.put(std::string(kVerifiedTollFree), std::string(number.string()), request.row.account,
                json::Value::object({{"request_id", request.row.id}}), store::kAnyRevision, now);
  }
}

/// First the platform looks, then who speaks for the carriers.
Effects review(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto request = step_document(step, snapshot, kTollFreeRequests);
  if (!request) return effects;
  const std::string status(request->fields["verificationStatus"].string());
  if (status == "In Progress") {
    request->fields.set("verificationStatus", "Waiting For Vendor");
    effects.timers.push_back(
        document_timer(kReview, request->row.id, request->row.account, step.now + kTollFreeReview));
  } else if (status == "Waiting For Vendor") {
    const Verdict verdict = verdict_on(request->fields);
    request->fields.set("verificationStatus", verdict.status);
    if (!verdict.reason.empty()) request->fields.set("reason", verdict.reason);
    if (verdict.status == "Verified") let_send(*request, step.now, effects);
  } else {
    return effects;
  }
  put_back(kTollFreeRequests, *request, step.now, effects);
  tell(*request, step, effects);
  return effects;
}

}  // namespace

bool may_send(const store::Snapshot& snapshot, std::string_view account, const Sender& sender) {
  if (sender.kind != SenderKind::TollFree || !sender.address.starts_with("+1")) return true;
  const auto row = snapshot.get(kVerifiedTollFree, sender.address);
  return row && row->account == account;
}

void declare_toll_free(api::Registry& registry) {
  registry.collection({std::string(kVerifiedTollFree), {}});
  registry.workflow(std::string(kReview), review);
  registry.resource({.path = "/messaging_tollfree/verification/requests",
                     .collection = std::string(kTollFreeRequests),
                     .filters = {{"status", "verificationStatus"},
                                 {"phone_number", "_numbers", Compare::Has},
                                 {"date_start", "created_at", Compare::Gte},
                                 {"date_end", "created_at", Compare::Lte}},
                     .on_create = submit,
                     .on_update = submit_again,
                     .on_delete = check_deletion});
}

}  // namespace tandem::products::messaging
