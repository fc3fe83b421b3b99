#include "products/common/detail_records.h"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "contract/query.h"
#include "events/event.h"
#include "products/reporting/reporting.h"

// GET /detail_records. Whoever serves a call, a message, a verification ... writes the records.

namespace tandem::products::reporting {
namespace {

using api::ApiError;
using api::Call;
using store::Compare;
using store::Condition;

/// What filter text may mean when the contract does not say: itself, a number, a truth.
std::vector<Condition> readings_of(const Condition& condition) {
  std::vector<Condition> readings = {condition};
  const auto* text = std::get_if<std::string>(&condition.values.front());
  if (!text) return readings;
  if (*text == "true" || *text == "false") {
    readings.push_back({condition.path, condition.compare, {*text == "true"}});
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size()) {
    readings.push_back({condition.path, condition.compare, {number}});
  }
  return readings;
}

Result<void, ApiError> narrow(const Call& call, const store::Snapshot&, store::Query& query) {
  if (!call.query.filter("record_type")) {
    return tl::unexpected(
        ApiError::parameter("10004", "filter[record_type]", "Say what kind of records is wanted."));
  }
  std::vector<Condition> where;
  for (Condition& condition : query.where) {
    const bool sure =
        condition.path == "_kind" || condition.path == "created_at" || condition.values.size() != 1;
    if (sure) {
      where.push_back(std::move(condition));
    } else {
      query.any.push_back(readings_of(condition));
    }
  }
  query.where = std::move(where);
  const Condition* range = call.query.filter("date_range");
  const auto* word = range ? std::get_if<std::string>(&range->values.front()) : nullptr;
  if (!word) return {};
  const auto dates = contract::date_literal(*word, call.now);
  if (!dates) {
    return tl::unexpected(
        ApiError::parameter("10031", "filter[date_range]", "This is no range of dates."));
  }
  query.where.push_back({"created_at", Compare::Gte, {to_iso8601(dates->first)}});
  query.where.push_back({"created_at", Compare::Lt, {to_iso8601(dates->second)}});
  return {};
}

/// What became of the webhook that tells of a message's end; nothing before its first try.
void show_webhook(const Call&, const store::Snapshot& snapshot, json::Value& record) {
  const std::string_view event = record["_event"].string();
  if (event.empty()) return;
  const auto delivery = snapshot.get(events::kDeliveries, event);
  if (!delivery) return;
  const bool taken = api::document_of(*delivery)["status"].string() == "delivered";
  record.set("delivery_status", taken ? "success: webhook succeeded" : "failed: webhook failed");
}

}  // namespace

void declare_detail_records(api::Registry& registry) {
  registry.resource({
      .path = "/detail_records",
      .collection = std::string(kDetailRecords),
      .indexes = {{.path = "_kind"}},
      .filters = {{"record_type", "_kind"}, {"date_range", ""}},
      .on_read = show_webhook,
      .on_list = narrow,
  });
}

}  // namespace tandem::products::reporting
