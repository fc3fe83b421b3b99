#include "api/resource_engine.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"

// Gives all numbers of a block back at once. One that is still being ordered stays and is named in
// the job; the block is gone with its last number.

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using store::Compare;

constexpr std::string_view kJobs = "phone_number_block_jobs";
constexpr std::string_view kRun = "numbers.run_block_job";
constexpr auto kStartTime = std::chrono::seconds(1);
constexpr int64_t kMostNumbers = 1'000;  // in a block

std::vector<store::Row> numbers_of(const store::Snapshot& snapshot, std::string_view account,
                                   std::string_view block_id) {
  store::Query query;
  query.collection = kPhoneNumbers;
  query.account = account;
  query.where = {{"_block_id", Compare::Eq, {std::string(block_id)}}};
  query.limit = kMostNumbers;
  return snapshot.list(query).rows;
}

Outcome make_job(const api::ResourceEngine& jobs, const Call& call,
                 const store::Snapshot& snapshot) {
  const std::string_view block = call.body["phone_number_block_id"].string();
  if (numbers_of(snapshot, call.account.id, block).empty()) {
    return api::refuse("10017", "Your account has no numbers of this block.",
                       "/phone_number_block_id");
  }
  const WallTime start = call.now + kStartTime;
  const json::Value job =
      jobs.make({call.now, call.ids}, json::Value::object({{"type", "delete_phone_number_block"},
                                                           {"status", "pending"},
                                                           {"etc", to_iso8601(start)},
                                                           {"successful_operations", json::Array()},
                                                           {"failed_operations", json::Array()},
                                                           {"_block_id", block}}));
  Effects effects;
  jobs.put_new(call.account.id, call.now, job, effects);
  effects.timers.push_back(document_timer(kRun, job["id"].string(), call.account.id, start));
  effects.reply = api::Reply::data(jobs.shown(call, snapshot, job), 202);
  return effects;
}

Effects run(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto job = step_document(step, snapshot, kJobs);
  if (!job || job->fields["status"].string() != "pending") return effects;
  json::Array done;
  json::Array failed;
  const std::string_view block = job->fields["_block_id"].string();
  for (const store::Row& row : numbers_of(snapshot, job->row.account, block)) {
    const json::Value number = api::document_of(row);
    json::Value operation =
        json::Value::object({{"id", row.id}, {"phone_number", number["phone_number"]}});
    if (number["status"].string() == "purchase-pending") {
      operation.set("errors", json::Value::array({json::Value::object(
                                  {{"code", "10036"},
                                   {"title", "Resource is locked"},
                                   {"detail", "The number is still being ordered."}})}));
      failed.push_back(std::move(operation));
      continue;
    }
    release_holding(row.id, number["phone_number"].string(), effects);
    done.push_back(std::move(operation));
  }
  job->fields.set("status", done.empty() ? "failed" : "completed");
  job->fields.set("successful_operations", std::move(done));
  job->fields.set("failed_operations", std::move(failed));
  put_back(kJobs, *job, step.now, effects);
  return effects;
}

}  // namespace

void declare_block_jobs(api::Registry& registry) {
  registry.resource({.path = "/phone_number_blocks/jobs",
                     .collection = std::string(kJobs),
                     .record_type = "phone_number_block_job"});
  const api::ResourceEngine* jobs = registry.engine(kJobs);
  registry.bind(contract::Op::CreatePhoneNumberBlockDeletionJob,
                [jobs](const Call& call, const store::Snapshot& snapshot) {
                  return make_job(*jobs, call, snapshot);
                });
  registry.workflow(std::string(kRun), run);
}

}  // namespace tandem::products::numbers
