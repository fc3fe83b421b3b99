#include <algorithm>
#include <chrono>
#include <utility>

#include "contract/operations.h"
#include "products/common/detail_records.h"
#include "products/reporting/period.h"
#include "products/reporting/reporting.h"

// GET /reports/wdrs: records of what SIM cards transferred, in the older form.

namespace tandem::products::reporting {
namespace {

using api::ApiError;
using api::Call;
using api::Outcome;
using store::Compare;

constexpr std::string_view kKind = "wireless";
constexpr int64_t kMostRowsOfPage = 250;

/// What one record says; its money and amounts as objects.
json::Value wdr_of(const store::Row& row) {
  const json::Value record = api::document_of(row);
  json::Value wdr = json::Value::object({{"record_type", "wdr"}, {"id", record["id"]}});
  for (const char* name : {"created_at", "imsi", "mcc", "mnc", "phone_number", "sim_card_id",
                           "sim_group_id", "sim_group_name"}) {
    if (!record[name].is_null()) wdr.set(name, record[name]);
  }
  const auto money = [&](const char* name) {
    const json::Value& amount = record[name];
    return json::Value::object(
        {{"amount", amount.is_string() ? std::string(amount.string()) : amount.text()},
         {"currency", record["currency"].string("USD")}});
  };
  const auto volume = [&](const char* name) {
    return json::Value::object(
        {{"amount", record[name].number()}, {"unit", record["data_unit"].string("MB")}});
  };
  if (!record["data_cost"].is_null()) wdr.set("cost", money("data_cost"));
  if (!record["data_rate"].is_null()) wdr.set("rate", money("data_rate"));
  wdr.set("downlink_data", volume("downlink_data"));
  wdr.set("uplink_data", volume("uplink_data"));
  const auto opened = parse_iso8601(record["created_at"].string());
  const auto closed = parse_iso8601(record["closed_at"].string());
  if (opened && closed) {
    const auto spent = std::chrono::floor<std::chrono::seconds>(*closed - *opened);
    wdr.set("duration_seconds", static_cast<int64_t>(spent.count()));
  }
  return wdr;
}

Result<store::Query, ApiError> query_of(const Call& call) {
  store::Query query;
  query.collection = std::string(kDetailRecords);
  query.account = call.account.id;
  query.where = {{"_kind", Compare::Eq, {std::string(kKind)}}};
  for (const char* name : {"id", "mcc", "mnc", "imsi", "sim_group_name", "sim_group_id",
                           "sim_card_id", "phone_number"}) {
    const std::string_view value = call.query.get(name);
    if (!value.empty()) query.where.push_back({name, Compare::Eq, {std::string(value)}});
  }
  for (const auto& [name, compare] :
       {std::pair{"start_date", Compare::Gte}, std::pair{"end_date", Compare::Lt}}) {
    const auto time = read_time(call, name);
    if (!time) return tl::unexpected(time.error());
    if (*time) query.where.push_back({"created_at", compare, {to_iso8601(**time)}});
  }
  query.order = call.query.sort;
  if (query.order.empty()) query.order = {{"created_at", false}};
  query.limit = std::clamp<int64_t>(call.query.page_size, 1, kMostRowsOfPage);
  query.offset = (call.query.page_number - 1) * query.limit;
  query.total = true;
  return query;
}

Outcome list_wdrs(const Call& call, const store::Snapshot& snapshot) {
  const auto query = query_of(call);
  if (!query) return tl::unexpected(query.error());
  const store::Page page = snapshot.list(*query);
  json::Value data = json::Value::array();
  for (const store::Row& row : page.rows) data.push(wdr_of(row));
  const json::Value meta =
      json::Value::object({{"page_number", call.query.page_number},
                           {"page_size", query->limit},
                           {"total_pages", (page.total + query->limit - 1) / query->limit},
                           {"total_results", page.total}});
  api::Effects effects;
  effects.reply =
      api::Reply::json(json::Value::object({{"data", std::move(data)}, {"meta", meta}}).text());
  return effects;
}

}  // namespace

void declare_wireless_records(api::Registry& registry) {
  registry.bind(contract::Op::GetPaginatedWdrs, list_wdrs);
}

}  // namespace tandem::products::reporting
