#include <chrono>
#include <string>
#include <vector>

#include "ledger/money.h"
#include "ledger/views.h"
#include "products/common/csv.h"
#include "products/common/file_links.h"
#include "products/common/months.h"
#include "products/common/steps.h"
#include "products/reporting/reporting.h"
#include "products/reporting/usage.h"
#include "store/blobs.h"

// What was taken for each billing group in a month, as the ledger has it: a CSV that is made in the
// background.

namespace tandem::products::reporting {
namespace {

using api::Draft;
using api::Effects;

constexpr std::string_view kReports = "ledger_billing_group_reports";
constexpr std::string_view kRun = "reporting.run_billing_group_report";
constexpr std::string_view kGroups = "billing_groups";
constexpr std::string_view kCurrency = "USD";
constexpr auto kLinkTime = std::chrono::hours(1);
constexpr int64_t kMostGroups = 1'000;
constexpr int64_t kFirstYear = 2000;
constexpr int64_t kLastYear = 9999;

Result<void, api::ApiError> order_report(Draft& draft) {
  json::Value& report = draft.document;
  const int64_t year = report["year"].integer();
  const int64_t month = report["month"].integer();
  if (year < kFirstYear || year > kLastYear) {
    return api::refuse("10033", "Give the year with four digits.", "/year");
  }
  if (month < 1 || month > 12) return api::refuse("10033", "Months are 1 to 12.", "/month");
  const api::Account& account = draft.call.account;
  report.set("organization_id", account.parent.empty() ? account.id : account.parent);
  report.set("status", "pending");
  draft.effects.timers.push_back(
      document_timer(kRun, report["id"].string(), account.id, draft.call.now));
  return {};
}

ledger::Period period_of(const json::Value& report) {
  const std::chrono::year_month_day first{
      std::chrono::year(static_cast<int>(report["year"].integer())),
      std::chrono::month(static_cast<unsigned>(report["month"].integer())), std::chrono::day(1)};
  const WallTime from = std::chrono::sys_days(first);
  return {from, add_months(from, 1, 1)};
}

std::string file_of(const store::Snapshot& snapshot, const std::string& account,
                    ledger::Period period) {
  store::Query query;
  query.collection = std::string(kGroups);
  query.account = account;
  query.order = {{"created_at", false}};
  query.limit = kMostGroups;
  std::vector<std::vector<std::string>> lines;
  for (const store::Row& group : snapshot.list(query).rows) {
    const std::string name(api::document_of(group)["name"].string());
    for (const ledger::Total& total :
         ledger::read_group_totals(snapshot, account, group.id, period, kCurrency)) {
      lines.push_back({group.id, name, std::string(ledger::to_string(total.product)),
                       ledger::to_decimal(total.taken), std::string(kCurrency)});
    }
  }
  return csv_of({"billing_group_id", "billing_group_name", "product", "amount", "currency"}, lines);
}

Effects run_report(store::Blobs& blobs, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto report = step_document(step, snapshot, kReports);
  if (!report || report->fields["status"].string() != "pending") return effects;
  const auto blob = blobs.put(file_of(snapshot, report->row.account, period_of(report->fields)));
  report->fields.set("status", blob ? "complete" : "failed");
  if (blob) report->fields.set("_blob", *blob);
  put_back(kReports, *report, step.now, effects);
  return effects;
}

void show_link(const SecretBox& secrets, const api::Call& call, json::Value& report) {
  const std::string blob(report["_blob"].string());
  if (blob.empty()) return;
  report.set("report_url",
             make_file_link(secrets, call.base_url, {blob, "billing_groups.csv", "text/csv"},
                            call.now + kLinkTime));
}

}  // namespace

void declare_billing_group_reports(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.resource({
      .path = "/ledger_billing_group_reports",
      .collection = std::string(kReports),
      .item_path = "/ledger_billing_group_reports/{id}",
      .record_type = "ledger_billing_group_report",
      .on_create = order_report,
      .on_read = [&secrets](const api::Call& call, const store::Snapshot&,
                            json::Value& report) { show_link(secrets, call, report); },
  });
  registry.workflow(std::string(kRun),
                    [&blobs](const api::Step& step, const store::Snapshot& snapshot) {
                      return run_report(blobs, step, snapshot);
                    });
}

}  // namespace tandem::products::reporting
