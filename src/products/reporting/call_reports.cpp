#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "contract/operations.h"
#include "ledger/money.h"
#include "products/common/csv.h"
#include "products/common/file_links.h"
#include "products/reporting/period.h"
#include "products/reporting/reporting.h"
#include "products/reporting/usage.h"
#include "store/blobs.h"

// GET /reports/cdr_usage_reports/sync: sums of calls, answered at once.

namespace tandem::products::reporting {
namespace {

using api::ApiError;
using api::Call;
using api::Outcome;

/// Kinds of records that are calls.
constexpr const char* kKinds[] = {"call-control", "sip-trunking"};
constexpr auto kLinkTime = std::chrono::hours(1);
constexpr size_t kAttempted = 0, kConnected = 1, kSeconds = 2, kBilled = 3, kCost = 4;

/// The field of a record that a report's aggregation groups by; empty for none.
std::string field_of(std::string_view aggregation) {
  if (aggregation == "CONNECTION") return "connection_id";
  if (aggregation == "TAG") return "tags";
  return aggregation == "BILLING_GROUP" ? "billing_group_id" : "";
}

std::vector<std::string> dimensions_of(std::string_view aggregation, std::string_view breakdown) {
  std::vector<std::string> dimensions = {"direction", "currency"};
  if (const std::string field = field_of(aggregation); !field.empty()) dimensions.push_back(field);
  if (breakdown.starts_with("DID_VS_TOLL_FREE")) dimensions.emplace_back(kCalledProduct);
  if (breakdown.ends_with("COUNTRY")) dimensions.emplace_back(kCalledCountry);
  return dimensions;
}

using Sums = std::map<std::vector<std::string>, std::vector<int64_t>>;

Result<Sums, ApiError> add_up_calls(const store::Snapshot& snapshot, UsageQuery query) {
  Sums sums;
  for (const char* kind : kKinds) {
    query.kind = kind;
    const auto rows = add_up(snapshot, query);
    if (!rows) return tl::unexpected(rows.error());
    for (const UsageRow& row : *rows) {
      auto& amounts = sums[row.values];
      amounts.resize(row.amounts.size());
      for (size_t i = 0; i < amounts.size(); ++i) amounts[i] += row.amounts[i];
    }
  }
  return sums;
}

int64_t whole(int64_t nanos) { return nanos / ledger::kNanosPerUnit; }

json::Value rows_of(const Sums& sums, const std::vector<std::string>& dimensions) {
  json::Value rows = json::Value::array();
  for (const auto& [values, amounts] : sums) {
    json::Value row = json::Value::object();
    for (size_t i = 0; i < dimensions.size(); ++i) row.set(dimensions[i], values[i]);
    row.set("attempted", whole(amounts[kAttempted]));
    row.set("connected", whole(amounts[kConnected]));
    row.set("call_sec", whole(amounts[kSeconds]));
    row.set("billed_sec", whole(amounts[kBilled]));
    row.set("cost", ledger::to_decimal(amounts[kCost]));
    rows.push(std::move(row));
  }
  return rows;
}

std::string file_of(const json::Value& rows, std::vector<std::string> header) {
  for (const char* name : {"attempted", "connected", "call_sec", "billed_sec", "cost"}) {
    header.emplace_back(name);
  }
  std::vector<std::vector<std::string>> lines;
  for (const json::Value& row : rows.items()) {
    auto& line = lines.emplace_back();
    for (const std::string& name : header) {
      line.push_back(row[name].is_string() ? std::string(row[name].string()) : row[name].text());
    }
  }
  return csv_of(header, lines);
}

/// What a request asks for; the day until now when it names no time.
Result<UsageQuery, ApiError> query_of(const Call& call) {
  const auto from = read_time(call, "start_date");
  if (!from) return tl::unexpected(from.error());
  const auto to = read_time(call, "end_date");
  if (!to) return tl::unexpected(to.error());
  UsageQuery query;
  query.account = call.account.id;
  query.to = to->value_or(call.now);
  query.from = from->value_or(std::chrono::floor<std::chrono::days>(query.to));
  if (query.from > query.to) {
    return tl::unexpected(
        ApiError::parameter("10015", "end_date", "A report ends behind its start."));
  }
  query.dimensions =
      dimensions_of(call.query.get("aggregation_type"), call.query.get("product_breakdown"));
  query.metrics = {"attempted", "connected", "call_sec", "billed_sec", "cost"};
  for (const std::string_view id : call.query.all("connections")) {
    query.only.emplace("connection_id", id);
  }
  return query;
}

json::Value connections_of(const Call& call) {
  json::Value ids = json::Value::array();
  for (const std::string_view text : call.query.all("connections")) {
    const auto id = json::Value::parse(text);
    if (id) ids.push(id->integer());
  }
  return ids;
}

Outcome report_now(store::Blobs& blobs, const SecretBox& secrets, const Call& call,
                   const store::Snapshot& snapshot) {
  const auto query = query_of(call);
  if (!query) return tl::unexpected(query.error());
  const auto sums = add_up_calls(snapshot, *query);
  if (!sums) return tl::unexpected(sums.error());
  const json::Value rows = rows_of(*sums, query->dimensions);
  const auto blob = blobs.put(file_of(rows, query->dimensions));
  if (!blob) return api::refuse("10037", "The report can't be stored now.");
  const std::string now = to_iso8601(call.now);
  api::Effects effects;
  effects.reply = api::Reply::data(json::Value::object(
      {{"id", call.ids.uuid()},
       {"record_type", "cdr_usage_report"},
       {"aggregation_type", call.query.get("aggregation_type")},
       {"product_breakdown", call.query.get("product_breakdown")},
       {"connections", connections_of(call)},
       {"start_time", to_iso8601(query->from)},
       {"end_time", to_iso8601(query->to)},
       {"status", "COMPLETE"},
       {"result", json::Value::object({{"rows", rows}})},
       {"report_url",
        make_file_link(secrets, call.base_url, {*blob, "cdr_usage_report.csv", "text/csv"},
                       call.now + kLinkTime)},
       {"created_at", now},
       {"updated_at", now}}));
  return effects;
}

}  // namespace

void declare_call_reports(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.bind(contract::Op::GetCDRUsageReportSync,
                [&blobs, &secrets](const Call& call, const store::Snapshot& snapshot) {
                  return report_now(blobs, secrets, call, snapshot);
                });
}

}  // namespace tandem::products::reporting
