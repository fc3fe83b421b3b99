#include <fmt/format.h>

#include "api/resource_engine.h"
#include "core/e164.h"
#include "ledger/payers.h"
#include "products/common/connections.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"
#include "products/numbers/claims.h"
#include "products/numbers/emergency.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"
#include "products/numbers/prices.h"
#include "products/numbers/settings.h"

// Changes of many numbers at once. What is wanted is checked and kept when the job is asked for;
// a moment later every number is changed, each on its own: one that has gone meanwhile fails alone.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kJobs = "phone_numbers_jobs";
constexpr std::string_view kRun = "numbers.run_job";
constexpr size_t kMostNumbers = 1'000;  // in one job
constexpr auto kStartTime = std::chrono::seconds(1);

/// The account's number that `text` names, by its id or itself.
std::optional<store::Row> find_number(const store::Snapshot& snapshot, std::string_view account,
                                      std::string_view text) {
  if (is_e164(text)) return snapshot.find(kPhoneNumbers, account, "phone_number", text);
  auto row = snapshot.get(kPhoneNumbers, text);
  if (!row || row->account != account) return std::nullopt;
  return row;
}

json::Value operation_of(std::string_view id, std::string_view phone_number) {
  return json::Value::object({{"id", id}, {"phone_number", phone_number}});
}

Result<json::Array, ApiError> read_numbers(const Call& call, const store::Snapshot& snapshot) {
  const json::View asked = call.body["phone_numbers"];
  if (asked.size() == 0 || asked.size() > kMostNumbers) {
    return refuse("10015", fmt::format("A job is about 1 to {} numbers.", kMostNumbers),
                  "/phone_numbers");
  }
  json::Array numbers;
  for (const json::View item : asked.items()) {
    const auto row = find_number(snapshot, call.account.id, item.string());
    if (!row) {
      return refuse("10017", "Your account has no such number.",
                    fmt::format("/phone_numbers/{}", numbers.size()));
    }
    numbers.push_back(operation_of(row->id, api::document_of(*row)["phone_number"].string()));
  }
  return numbers;
}

/// What every number of the job would be refused for.
Result<void, ApiError> check_change(const Call& call, const store::Snapshot& snapshot) {
  const struct {
    std::string_view field;
    std::string_view collection;
  } kReferences[] = {{"connection_id", kConnections}, {"billing_group_id", "billing_groups"}};
  for (const auto& [field, collection] : kReferences) {
    const std::string_view id = call.body[field].string();
    if (id.empty() || api::find_own(snapshot, call.account, collection, id)) continue;
    return refuse("10017", "Your account has nothing of this id.", "/" + std::string(field));
  }
  const std::string_view target = call.body["voice"]["call_forwarding"]["forwards_to"].string();
  if (!target.empty() && !is_e164(target)) {
    return refuse("10016", "Calls are forwarded to a number in +E.164 format.",
                  "/voice/call_forwarding/forwards_to");
  }
  const EmergencySetting setting{call.body["emergency_enabled"].boolean(),
                                 call.body["emergency_address_id"].string()};
  return check_address(snapshot, call.account, setting);
}

Outcome make_job(const api::ResourceEngine& jobs, std::string_view type, const Call& call,
                 const store::Snapshot& snapshot) {
  auto numbers = read_numbers(call, snapshot);
  if (!numbers) return tl::unexpected(std::move(numbers.error()));
  if (auto sound = check_change(call, snapshot); !sound) return tl::unexpected(sound.error());
  json::Value change(call.body);
  change.members().erase("phone_numbers");
  const WallTime start = call.now + kStartTime;
  const json::Value job =
      jobs.make({call.now, call.ids}, json::Value::object({{"type", type},
                                                           {"status", "pending"},
                                                           {"etc", to_iso8601(start)},
                                                           {"phone_numbers", *numbers},
                                                           {"pending_operations", *numbers},
                                                           {"successful_operations", json::Array()},
                                                           {"failed_operations", json::Array()},
                                                           {"_change", std::move(change)}}));
  Effects effects;
  jobs.put_new(call.account.id, call.now, job, effects);
  effects.timers.push_back(document_timer(kRun, job["id"].string(), call.account.id, start));
  effects.reply = api::Reply::data(jobs.shown(call, snapshot, job), 202);
  return effects;
}

/// Members of `change` replace those of `document`; objects are merged.
void merge_into(json::Value& document, const json::Value& change) {
  for (const auto& [name, value] : change.members()) {
    if (value.is_object() && document[name].is_object()) {
      merge_into(document.member(name), value);
    } else if (!value.is_null()) {
      document.set(name, value);
    }
  }
}

/// One number of a job with its voice settings.
struct Target {
  StepDocument number;
  StepDocument voice;
};

void release(const Target& target, Effects& effects) {
  release_holding(target.number.row.id, target.number.fields["phone_number"].string(), effects);
}

void change_settings(const store::Snapshot& snapshot, const json::Value& change, Target& target,
                     Effects& effects) {
  json::Value own = change;
  own.members().erase("voice");
  merge_into(target.number.fields, own);
  if (change["voice"].is_object()) merge_into(target.voice.fields, change["voice"]);
  const api::Account account{target.number.row.account, {}, {}};
  mirror_number(snapshot, account, target.number.fields, target.voice.fields);
  mirror_voice(target.voice.fields, target.number.fields);
  set_billing_group(snapshot, number_key(target.number.row.id),
                    target.number.fields["billing_group_id"].string(), effects);
}

void apply(const ledger::Rates& rates, const json::Value& job, Target target, WallTime now,
           const store::Snapshot& snapshot, Effects& effects) {
  const std::string_view type = job["type"].string();
  const json::Value& change = job["_change"];
  if (type == "delete_phone_numbers") return release(target, effects);
  if (type == "update_phone_numbers") {
    change_settings(snapshot, change, target, effects);
  } else {
    const EmergencySetting setting{change["emergency_enabled"].boolean(),
                                   change["emergency_address_id"].string()};
    set_emergency(rates, setting, target.number.row.account, now, target.number.fields,
                  target.voice.fields, effects);
  }
  put_back(kPhoneNumbers, target.number, now, effects);
  put_back(kVoiceSettings, target.voice, now, effects);
}

/// The number as it is now; nothing when it is gone or still being ordered.
std::optional<Target> find_target(const store::Snapshot& snapshot, std::string_view id) {
  const auto number = snapshot.get(kPhoneNumbers, id);
  const auto voice = snapshot.get(kVoiceSettings, id);
  if (!number || !voice) return std::nullopt;
  Target target{{*number, api::document_of(*number)}, {*voice, api::document_of(*voice)}};
  if (target.number.fields["status"].string() == "purchase-pending") return std::nullopt;
  return target;
}

json::Value failure_of(const json::Value& operation, std::string_view code, std::string_view title,
                       std::string_view detail) {
  json::Value failed = operation;
  failed.set("errors", json::Value::array({json::Value::object(
                           {{"code", code}, {"title", title}, {"detail", detail}})}));
  return failed;
}

/// What changing the number costs at once.
ledger::Nanos cost_of(const ledger::Rates& rates, const json::Value& job, const Target& target) {
  if (job["type"].string() != "update_emergency_settings") return 0;
  const json::Value& change = job["_change"];
  return emergency_cost(rates, {change["emergency_enabled"].boolean(), {}}, target.number.fields);
}

Effects run(const ledger::Rates& rates, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto job = step_document(step, snapshot, kJobs);
  if (!job || job->fields["status"].string() != "pending") return effects;
  ledger::Nanos left = ledger::read_spendable(snapshot, job->row.account);
  json::Array done;
  json::Array failed;
  for (const json::Value& operation : job->fields["pending_operations"].items()) {
    auto target = find_target(snapshot, operation["id"].string());
    if (!target) {
      failed.push_back(failure_of(operation, "10005", "Resource not found",
                                  "The number is gone, or its order is not complete."));
      continue;
    }
    const ledger::Nanos cost = cost_of(rates, job->fields, *target);
    if (cost > left) {
      failed.push_back(
          failure_of(operation, "20100", "Insufficient Funds", "The balance does not cover this."));
      continue;
    }
    left -= cost;
    apply(rates, job->fields, std::move(*target), step.now, snapshot, effects);
    done.push_back(operation);
  }
  job->fields.set("status", done.empty() ? "failed" : "completed");
  job->fields.set("pending_operations", json::Array());
  job->fields.set("successful_operations", std::move(done));
  job->fields.set("failed_operations", std::move(failed));
  put_back(kJobs, *job, step.now, effects);
  return effects;
}

}  // namespace

void declare_jobs(api::Registry& registry, const ledger::Rates& rates) {
  registry.resource({.path = "/phone_numbers/jobs",
                     .collection = std::string(kJobs),
                     .record_type = "phone_numbers_job"});
  const api::ResourceEngine* jobs = registry.engine(kJobs);
  const std::pair<Op, std::string_view> kinds[] = {
      {Op::CreateDeletePhoneNumbersJob, "delete_phone_numbers"},
      {Op::CreateUpdatePhoneNumbersJob, "update_phone_numbers"},
      {Op::CreatePhoneNumbersJobUpdateEmergencySettings, "update_emergency_settings"}};
  for (const auto& kind : kinds) {
    registry.bind(kind.first,
                  [jobs, type = kind.second](const Call& call, const store::Snapshot& snapshot) {
                    return make_job(*jobs, type, call, snapshot);
                  });
  }
  registry.workflow(std::string(kRun),
                    [&rates](const api::Step& step, const store::Snapshot& snapshot) {
                      return run(rates, step, snapshot);
                    });
}

}  // namespace tandem::products::numbers
