#include <algorithm>
#include <array>
#include <optional>

#include "contract/operations.h"
#include "ledger/money.h"
#include "products/common/csv.h"
#include "products/common/detail_records.h"
#include "products/common/file_links.h"
#include "products/common/steps.h"
#include "products/reporting/period.h"
#include "products/reporting/reporting.h"
#include "products/reporting/usage.h"
#include "store/blobs.h"

// Reports on messages: their records one by one, and sums that are made in the background and kept
// as a file.

namespace tandem::products::reporting {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using store::Compare;

constexpr std::string_view kReports = "mdr_usage_reports";
constexpr std::string_view kRun = "reporting.run_mdr_usage_report";
constexpr std::string_view kKind = "messaging";
constexpr auto kLinkTime = std::chrono::hours(1);
constexpr int64_t kRecordsOfPage = 250;
constexpr size_t kDirection = 0, kMessageType = 1, kCurrency = 2, kGroup = 3;

std::string in_capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// A record of a message in the older form of /reports/mdrs.
json::Value mdr_of(const store::Row& row) {
  const json::Value record = api::document_of(row);
  json::Value mdr = json::Value::object({{"record_type", "mdr_report"}, {"id", record["uuid"]}});
  for (const char* name : {"cld", "cli", "cost", "created_at", "currency", "direction",
                           "message_type", "parts", "profile_name", "rate"}) {
    if (!record[name].is_null()) mdr.set(name, record[name]);
  }
  mdr.set("status", in_capitals(record["status"].string()));
  return mdr;
}

Outcome list_mdrs(const Call& call, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = std::string(kDetailRecords);
  query.account = call.account.id;
  // These records have no RCS: a message is an SMS or an MMS.
  query.where = {{"_kind", Compare::Eq, {std::string(kKind)}},
                 {"message_type", Compare::Ne, {std::string("RCS")}}};
  const auto narrow = [&](const char* parameter, const char* field, bool small) {
    const std::string_view value = call.query.get(parameter);
    if (value.empty()) return;
    query.where.push_back(
        {field, Compare::Eq, {small ? in_small_letters(value) : std::string(value)}});
  };
  narrow("id", "uuid", false);
  narrow("cld", "cld", false);
  narrow("cli", "cli", false);
  narrow("profile", "profile_name", false);
  narrow("message_type", "message_type", false);
  narrow("direction", "direction", true);
  narrow("status", "status", true);
  for (const auto& [name, compare] :
       {std::pair{"start_date", Compare::Gte}, std::pair{"end_date", Compare::Lt}}) {
    const auto time = read_time(call, name);
    if (!time) return tl::unexpected(time.error());
    if (*time) query.where.push_back({"created_at", compare, {to_iso8601(**time)}});
  }
  query.limit = kRecordsOfPage;
  query.total = true;
  const store::Page page = snapshot.list(query);
  json::Value data = json::Value::array();
  for (const store::Row& row : page.rows) data.push(mdr_of(row));
  const json::Value meta =
      json::Value::object({{"page_number", 1},
                           {"page_size", kRecordsOfPage},
                           {"total_pages", (page.total + kRecordsOfPage - 1) / kRecordsOfPage},
                           {"total_results", page.total}});
  Effects effects;
  effects.reply =
      api::Reply::json(json::Value::object({{"data", std::move(data)}, {"meta", meta}}).text());
  return effects;
}

/// The period and grouping of a report that was asked for.
struct Request {
  std::string account;
  std::string aggregation;
  std::vector<std::string> profiles;  // only of these names; none: of every one
  WallTime from{};
  WallTime to{};
};

Result<std::vector<UsageRow>, ApiError> add_up_messages(const store::Snapshot& snapshot,
                                                        const Request& request, bool delivered) {
  UsageQuery query;
  query.account = request.account;
  query.kind = kKind;
  query.from = request.from;
  query.to = request.to;
  query.dimensions = {"direction", "message_type", "currency"};
  if (request.aggregation == "PROFILE") query.dimensions.emplace_back("profile_id");
  if (request.aggregation == "TAGS") query.dimensions.emplace_back("tags");
  query.metrics = {"cost", "parts", "count", "carrier_fee"};
  for (const std::string& name : request.profiles) query.only.emplace("profile_name", name);
  if (delivered) query.only.emplace("status", "delivered");
  return add_up(snapshot, query);
}

std::string whole(int64_t nanos) { return std::to_string(nanos / ledger::kNanosPerUnit); }

json::Value line_of(const UsageRow& row, const Request& request, const std::string& delivered) {
  const std::string& direction = row.values[kDirection];
  const std::string group = row.values.size() > kGroup ? row.values[kGroup] : "All";
  const bool outbound = direction == "outbound";
  return json::Value::object({{"direction", direction},
                              {"product", direction},
                              {"message_type", row.values[kMessageType]},
                              {"currency", row.values[kCurrency]},
                              {"connection", "all"},
                              {"profile_id", request.aggregation == "PROFILE" ? group : "All"},
                              {"tags", request.aggregation == "TAGS" ? group : "All"},
                              {"cost", ledger::to_decimal(row.amounts[0])},
                              {"parts", whole(row.amounts[1])},
                              {"sent", outbound ? whole(row.amounts[2]) : "0"},
                              {"received", outbound ? "0" : whole(row.amounts[2])},
                              {"delivered", outbound ? delivered : "0"},
                              {"carrier_passthrough_fee", ledger::to_decimal(row.amounts[3])}});
}

Result<json::Value, ApiError> result_of(const store::Snapshot& snapshot, const Request& request) {
  const auto all = add_up_messages(snapshot, request, false);
  if (!all) return tl::unexpected(all.error());
  const auto delivered = add_up_messages(snapshot, request, true);
  if (!delivered) return tl::unexpected(delivered.error());
  json::Value result = json::Value::array();
  for (const UsageRow& row : *all) {
    const auto same = std::find_if(delivered->begin(), delivered->end(),
                                   [&row](const UsageRow& r) { return r.values == row.values; });
    result.push(line_of(row, request, same == delivered->end() ? "0" : whole(same->amounts[2])));
  }
  return result;
}

std::string file_of(const json::Value& result) {
  const std::vector<std::string> header = {"direction", "message_type", "profile_id", "tags",
                                           "sent",      "received",     "delivered",  "parts",
                                           "cost",      "currency"};
  std::vector<std::vector<std::string>> lines;
  for (const json::Value& row : result.items()) {
    auto& line = lines.emplace_back();
    for (const std::string& name : header) line.emplace_back(row[name].string());
  }
  return csv_of(header, lines);
}

/// Puts what a report found into its document, with the file of it.
Result<void, ApiError> finish(store::Blobs& blobs, json::Value result, json::Value& report) {
  const auto blob = blobs.put(file_of(result));
  if (!blob) return api::refuse("10037", "The report can't be stored now.");
  report.set("_blob", *blob);
  report.set("result", std::move(result));
  report.set("status", "COMPLETE");
  return {};
}

void show_link(const SecretBox& secrets, const Call& call, json::Value& report) {
  const std::string blob(report["_blob"].string());
  if (blob.empty()) return;
  report.set("report_url",
             make_file_link(secrets, call.base_url, {blob, "mdr_usage_report.csv", "text/csv"},
                            call.now + kLinkTime));
}

Result<void, ApiError> order_report(Draft& draft) {
  json::Value& report = draft.document;
  const auto from = parse_iso8601(report["start_date"].string());
  const auto to = parse_iso8601(report["end_date"].string());
  if (!from) return api::refuse("10015", "This is no date.", "/start_date");
  if (!to || *to <= *from) {
    return api::refuse("10015", "A report ends behind its start.", "/end_date");
  }
  report.set("status", "PENDING");
  report.set("result", json::Value::array());
  draft.effects.timers.push_back(
      document_timer(kRun, report["id"].string(), draft.call.account.id, draft.call.now));
  return {};
}

std::vector<std::string> named(std::string_view profile) {
  if (profile.empty()) return {};
  return {std::string(profile)};
}

Effects run_report(store::Blobs& blobs, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto report = step_document(step, snapshot, kReports);
  if (!report || report->fields["status"].string() != "PENDING") return effects;
  json::Value& fields = report->fields;
  const Request request{report->row.account, std::string(fields["aggregation_type"].string()),
                        named(fields["profiles"].string()),
                        parse_iso8601(fields["start_date"].string()).value_or(WallTime()),
                        parse_iso8601(fields["end_date"].string()).value_or(WallTime())};
  auto result = result_of(snapshot, request);
  if (!result || !finish(blobs, std::move(*result), fields)) fields.set("status", "FAILED");
  put_back(kReports, *report, step.now, effects);
  return effects;
}

Outcome report_now(store::Blobs& blobs, const SecretBox& secrets, const Call& call,
                   const store::Snapshot& snapshot) {
  const auto from = read_time(call, "start_date");
  if (!from) return tl::unexpected(from.error());
  const auto to = read_time(call, "end_date");
  if (!to) return tl::unexpected(to.error());
  const WallTime end = to->value_or(call.now);
  const auto profiles = call.query.all("profiles");
  const Request request{call.account.id,
                        std::string(call.query.get("aggregation_type")),
                        {profiles.begin(), profiles.end()},
                        from->value_or(std::chrono::floor<std::chrono::days>(end)),
                        end};
  auto result = result_of(snapshot, request);
  if (!result) return tl::unexpected(result.error());
  const std::string now = to_iso8601(call.now);
  json::Value report = json::Value::object({{"id", call.ids.uuid()},
                                            {"record_type", "mdr_usage_report"},
                                            {"aggregation_type", request.aggregation},
                                            {"start_date", to_iso8601(request.from)},
                                            {"end_date", to_iso8601(request.to)},
                                            {"created_at", now},
                                            {"updated_at", now}});
  if (auto done = finish(blobs, std::move(*result), report); !done) {
    return tl::unexpected(done.error());
  }
  show_link(secrets, call, report);
  report.members().erase("_blob");
  Effects effects;
  effects.reply = api::Reply::data(report);
  return effects;
}

}  // namespace

void declare_message_reports(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.bind(contract::Op::GetPaginatedMdrs, list_mdrs);
  registry.bind(contract::Op::GetMDRUsageReportSync,
                [&blobs, &secrets](const Call& call, const store::Snapshot& snapshot) {
                  return report_now(blobs, secrets, call, snapshot);
                });
  registry.resource({
      .path = "/reports/mdr_usage_reports",
      .collection = std::string(kReports),
      .item_path = "/reports/mdr_usage_reports/{id}",
      .record_type = "mdr_usage_report",
      .on_create = order_report,
      .on_read = [&secrets](const Call& call, const store::Snapshot&,
                            json::Value& report) { show_link(secrets, call, report); },
  });
  registry.workflow(std::string(kRun),
                    [&blobs](const api::Step& step, const store::Snapshot& snapshot) {
                      return run_report(blobs, step, snapshot);
                    });
}

}  // namespace tandem::products::reporting
