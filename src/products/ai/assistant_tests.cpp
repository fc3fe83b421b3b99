#include <set>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/ai/ai.h"
#include "products/common/steps.h"

// Tests of assistants: what a test person shall do, and by what the conversation is judged. Suites
// are the names that tests share. A run needs a language model to hold and to judge the
// conversation: while none is configured it ends in an error that says so.

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using contract::Op;
using store::Compare;

constexpr std::string_view kTests = "ai_assistant_tests";
constexpr std::string_view kRuns = "ai_assistant_test_runs";
constexpr std::string_view kRun = "ai.run_assistant_test";
constexpr auto kStartTime = std::chrono::seconds(1);
constexpr int64_t kMostRows = 1'000;  // of a test or suite

std::vector<store::Row> rows_where(const store::Snapshot& snapshot, std::string_view collection,
                                   const std::string& account,
                                   std::vector<store::Condition> where) {
  store::Query query;
  query.collection = collection;
  query.account = account;
  query.where = std::move(where);
  query.limit = kMostRows;
  return snapshot.list(query).rows;
}

Result<void, ApiError> delete_test(Draft& draft) {
  const std::string id(draft.document["test_id"].string());
  for (const store::Row& run :
       rows_where(draft.snapshot, kRuns, draft.call.account.id, {{"test_id", Compare::Eq, {id}}})) {
    draft.effects.remove(std::string(kRuns), run.id, run.revision);
  }
  return {};
}

Outcome list_suites(const Call& call, const store::Snapshot& snapshot) {
  std::set<std::string> names;
  for (const store::Row& row :
       rows_where(snapshot, kTests, call.account.id, {{"test_suite", Compare::NotNull, {}}})) {
    names.emplace(api::document_of(row)["test_suite"].string());
  }
  json::Value data = json::Value::array();
  for (const std::string& name : names) {
    if (!name.empty()) data.push(name);
  }
  Effects effects;
  effects.reply = api::Reply::data(data);
  return effects;
}

/// What every run begins with: nothing is judged yet.
void begin_run(const json::Value& test, const std::string& account, WallTime now, json::Value& run,
               Effects& effects) {
  json::Value details = json::Value::array();
  for (const json::Value& criterion : test["rubric"].items()) {
    details.push(json::Value::object({{"name", criterion["name"]}, {"status", "pending"}}));
  }
  run.set("detail_status", std::move(details));
  run.set("status", "pending");
  run.set("triggered_by", "api");
  if (!test["test_suite"].is_null()) run.set("_test_suite", test["test_suite"]);
  effects.timers.push_back(document_timer(kRun, run["run_id"].string(), account, now + kStartTime));
}

Result<void, ApiError> make_run(Draft& draft) {
  const auto test = draft.snapshot.get(kTests, draft.document["test_id"].string());
  begin_run(api::document_of(*test), draft.call.account.id, draft.call.now, draft.document,
            draft.effects);
  return {};
}

/// A run of each test of the suite, all with the same test_suite_run_id.
Outcome run_suite(const api::Registry& registry, const Call& call,
                  const store::Snapshot& snapshot) {
  const std::string suite(call.param("suite_name"));
  const auto tests =
      rows_where(snapshot, kTests, call.account.id, {{"test_suite", Compare::Eq, {suite}}});
  if (tests.empty()) return tl::unexpected(ApiError::not_found("No test is in this suite."));
  const api::ResourceEngine* runs = registry.engine(kRuns);
  const std::string suite_run = call.ids.uuid();
  Effects effects;
  json::Value answer = json::Value::array();
  for (const store::Row& test : tests) {
    json::Value run =
        runs->make({call.now, call.ids},
                   json::Value::object({{"test_id", test.id}, {"test_suite_run_id", suite_run}}));
    begin_run(api::document_of(test), call.account.id, call.now, run, effects);
    if (call.body["destination_version_id"].is_string()) {
      run.set("_destination_version_id", call.body["destination_version_id"].string());
    }
    runs->put_new(call.account.id, call.now, run, effects);
    answer.push(runs->shown(call, snapshot, run));
  }
  effects.reply = api::Reply::json(answer.text(), call.operation.success_status());
  return effects;
}

Outcome list_suite_runs(const api::Registry& registry, const Call& call,
                        const store::Snapshot& snapshot) {
  const api::ResourceEngine* runs = registry.engine(kRuns);
  auto query = runs->list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  // The engine takes what stands in the path for the test's id.
  std::erase_if(query->where, [](const auto& one) { return one.path == "test_id"; });
  query->where.push_back({"_test_suite", Compare::Eq, {std::string(call.param("suite_name"))}});
  Effects effects;
  effects.reply = runs->list_reply(call, snapshot, *query);
  return effects;
}

Effects end_run(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto run = step_document(step, snapshot, kRuns);
  if (!run || run->fields["status"].string() != "pending") return effects;
  run->fields.set("status", "error");
  run->fields.set("logs", "No language model is configured.");
  run->fields.set("completed_at", to_iso8601(step.now));
  for (json::Value& detail : run->fields.member("detail_status").items()) {
    detail.set("status", "error");
  }
  put_back(kRuns, *run, step.now, effects);
  return effects;
}

}  // namespace

void declare_assistant_tests(api::Registry& registry) {
  registry.bind(Op::FetchTestSuitesPublicAssistantsTestsTestSuitesGet, list_suites);
  registry.bind(Op::TriggerTestSuiteRunsPublicAssistantsTestsTestSuitesSuiteNameRunsPost,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return run_suite(registry, call, snapshot);
                });
  registry.bind(Op::GetTestSuiteRunsForTestPublicAssistantsTestsTestSuitesSuiteNameRunsGet,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return list_suite_runs(registry, call, snapshot);
                });
  registry.workflow(std::string(kRun), end_run);
  registry.resource({.path = "/ai/assistants/tests",
                     .collection = std::string(kTests),
                     .item_path = "/ai/assistants/tests/{test_id}",
                     .id_field = "test_id",
                     .on_update = keep_unnamed,
                     .on_delete = delete_test});
  registry.resource({.path = "/ai/assistants/tests/{test_id}/runs",
                     .collection = std::string(kRuns),
                     .id_field = "run_id",
                     .parent_field = "test_id",
                     .parent_collection = std::string(kTests),
                     .indexes = {{.path = "_test_suite"}},
                     .on_create = make_run});
}

}  // namespace tandem::products::ai
