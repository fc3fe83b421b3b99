#include <string>
#include <utility>
#include <vector>

#include "products/common/csv.h"
#include "products/common/detail_records.h"
#include "products/common/file_links.h"
#include "products/common/steps.h"
#include "products/wireless/wireless.h"
#include "store/blobs.h"

// Detail records of the account's cards in a period, made in the background and kept as a file.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using store::Compare;

constexpr std::string_view kReports = "wireless_detail_records_reports";
constexpr std::string_view kMake = "wireless.make_detail_records_report";
constexpr auto kLinkTime = std::chrono::hours(1);
constexpr int64_t kMostRows = 100'000;

/// Bounds are moments; none on a side means no bound there.
Result<void, ApiError> order_report(Draft& draft) {
  json::Value& report = draft.document;
  for (const char* name : {"start_time", "end_time"}) {
    const std::string_view text = std::as_const(report)[name].string();
    if (text.empty()) continue;
    const auto moment = parse_iso8601(text);
    if (!moment) return api::refuse("10015", "This is no date-time.", "/" + std::string(name));
    report.set(name, to_iso8601(*moment));
  }
  const std::string start(report["start_time"].string());
  const std::string end(report["end_time"].string());
  if (!start.empty() && !end.empty() && end <= start) {
    return api::refuse("10015", "A report ends after its start.", "/end_time");
  }
  report.set("status", "pending");
  draft.effects.timers.push_back(
      document_timer(kMake, report["id"].string(), draft.call.account.id, draft.call.now));
  return {};
}

std::string file_of(const std::vector<store::Row>& rows) {
  const std::vector<std::string> header = {
      "id",  "created_at", "closed_at", "sim_card_id", "imsi",        "mcc",
      "mnc", "data_cost",  "currency",  "data_unit",   "uplink_data", "downlink_data"};
  std::vector<std::vector<std::string>> lines;
  for (const store::Row& row : rows) {
    const json::Value record = api::document_of(row);
    auto& line = lines.emplace_back();
    for (const std::string& name : header) {
      const json::Value& value = record[name];
      line.push_back(value.is_string() ? std::string(value.string())
                     : value.is_null() ? std::string()
                                       : value.text());
    }
  }
  return csv_of(header, lines);
}

Effects make_report(store::Blobs& blobs, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto report = step_document(step, snapshot, kReports);
  if (!report || report->fields["status"].string() != "pending") return effects;
  store::Query query;
  query.collection = kDetailRecords;
  query.account = report->row.account;
  query.limit = kMostRows;
  query.where = {{"_kind", Compare::Eq, {std::string("wireless")}}};
  for (const auto& [name, compare] :
       {std::pair{"start_time", Compare::Gte}, std::pair{"end_time", Compare::Lt}}) {
    const std::string bound(report->fields[name].string());
    if (!bound.empty()) query.where.push_back({"created_at", compare, {bound}});
  }
  const auto blob = blobs.put(file_of(snapshot.list(query).rows));
  report->fields.set("status", blob ? "complete" : "failed");
  if (blob) report->fields.set("_blob", *blob);
  put_back(kReports, *report, step.now, effects);
  return effects;
}

void show_link(const SecretBox& secrets, const Call& call, json::Value& report) {
  const std::string blob(report["_blob"].string());
  if (blob.empty() || report["status"].string() != "complete") return;
  report.set("report_url",
             make_file_link(secrets, call.base_url, {blob, "detail_records.csv", "text/csv"},
                            call.now + kLinkTime));
}

Result<void, ApiError> delete_report(Draft& draft) {
  draft.document.set("status", "deleted");
  return {};
}

}  // namespace

void declare_reports(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.workflow(std::string(kMake),
                    [&blobs](const api::Step& step, const store::Snapshot& snapshot) {
                      return make_report(blobs, step, snapshot);
                    });
  registry.resource({
      .path = "/wireless/detail_records_reports",
      .collection = std::string(kReports),
      .record_type = "detail_records_report",
      .on_create = order_report,
      .on_delete = delete_report,
      .on_read = [&secrets](const Call& call, const store::Snapshot&,
                            json::Value& report) { show_link(secrets, call, report); },
  });
}

}  // namespace tandem::products::wireless
