#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "contract/operations.h"
#include "contract/query.h"
#include "http/message.h"
#include "products/common/csv.h"
#include "products/reporting/reporting.h"
#include "products/reporting/usage.h"

// GET /usage_reports and its options: sums of detail records by what the caller chooses.

namespace tandem::products::reporting {
namespace {

using api::ApiError;
using api::Call;
using api::Outcome;
using Words = std::vector<std::string>;

constexpr auto kLongestRange = std::chrono::days(31);
constexpr int64_t kMostRowsOfPage = 5'000;

/// A product as reports name it, the kind of its records, and what they can be asked for.
struct ProductPlan {
  std::string_view product;
  std::string_view kind;
  std::string_view dimensions;
  std::string_view metrics;
};

constexpr std::string_view kCallDimensions =
    "date date_time direction currency tags billing_group_id country_code source_country_code "
    "connection_id outbound_profile_id call_type short_duration_call";
constexpr std::string_view kCallMetrics =
    "cost count attempted connected completed call_sec billed_sec";
constexpr std::string_view kPartDimensions =
    "date date_time currency tags billing_group_id connection_id";
constexpr std::string_view kPartMetrics = "cost count billed_sec";

constexpr std::array<ProductPlan, 18> kPlans = {{
    {"sip-trunking", "sip-trunking", kCallDimensions, kCallMetrics},
    {"call-control", "call-control", kCallDimensions, kCallMetrics},
    {"webrtc", "webrtc", kCallDimensions, kCallMetrics},
    {"messaging", "messaging",
     "date date_time direction currency tags profile_id message_type status country_code "
     "source_country_code carrier mcc mnc on_net",
     "cost count parts carrier_fee"},
    {"fax-api", "fax", "date date_time direction currency status connection_id",
     "cost count pages"},
    {"verify-2fa", "verify", "date date_time currency verify_channel_type verification_status",
     "cost count"},
    {"wireless", "wireless", "date date_time currency sim_card_id sim_group_id mcc mnc imsi",
     "data_cost count uplink_data downlink_data"},
    {"conference", "conference", "date date_time region connection_id",
     "count call_sec participant_call_sec participant_count"},
    {"conference-participant", "conference-participant", kPartDimensions,
     "cost count call_sec billed_sec"},
    {"amd", "amd", "date date_time currency tags billing_group_id connection_id feature",
     "cost count"},
    {"recording", "recording", kPartDimensions, kPartMetrics},
    {"media-streaming", "media-streaming", kPartDimensions, kPartMetrics},
    {"noise-suppression", "noise-suppression", kPartDimensions, kPartMetrics},
    {"forking", "forking", kPartDimensions, kPartMetrics},
    {"speech-to-text", "stt", kPartDimensions, kPartMetrics},
    {"text-to-speech", "tts", kPartDimensions, "cost count characters"},
    {"media-storage", "media_storage", "date date_time currency action_type status", "cost count"},
    {"inference", "inference", "date date_time currency model", "cost count tokens"},
}};

Words split(std::string_view text, char separator) {
  Words words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

tl::unexpected<ApiError> wrong(std::string parameter, std::string why) {
  return tl::unexpected(ApiError::parameter("10015", std::move(parameter), std::move(why)));
}

const ProductPlan* find_plan(std::string_view product) {
  const auto* const found =
      std::find_if(kPlans.begin(), kPlans.end(),
                   [product](const ProductPlan& plan) { return plan.product == product; });
  return found == kPlans.end() ? nullptr : found;
}

/// The values of a list parameter, each of which may hold several, with commas.
Result<Words, ApiError> read_words(const Call& call, const std::string& name,
                                   std::string_view allowed) {
  const Words known = split(allowed, ' ');
  Words words;
  for (const std::string_view value : call.query.all(name)) {
    for (std::string& word : split(value, ',')) {
      if (std::find(known.begin(), known.end(), word) == known.end()) {
        return wrong(name, "This product has no '" + word + "'; see /usage_reports/options.");
      }
      if (std::find(words.begin(), words.end(), word) == words.end()) {
        words.push_back(std::move(word));
      }
    }
  }
  if (words.empty()) return wrong(name, "Name at least one.");
  return words;
}

Result<void, ApiError> read_range(const Call& call, UsageQuery& query) {
  if (const std::string_view word = call.query.get("date_range"); !word.empty()) {
    const auto range = contract::date_literal(word, call.now);
    if (!range) return wrong("date_range", "This is no range of dates.");
    std::tie(query.from, query.to) = *range;
  } else {
    const auto from = parse_iso8601(call.query.get("start_date"));
    const auto to = parse_iso8601(call.query.get("end_date"));
    if (!from) return wrong("start_date", "Give start_date and end_date, or a date_range.");
    if (!to) return wrong("end_date", "Give start_date and end_date, or a date_range.");
    query.from = *from;
    query.to = *to;
  }
  if (query.to <= query.from) return wrong("end_date", "It must lie behind start_date.");
  if (query.to - query.from > kLongestRange) {
    return wrong("end_date", "A report covers 31 days at most.");
  }
  return {};
}

Result<UsageQuery, ApiError> read_usage_query(const Call& call) {
  const ProductPlan* plan = find_plan(call.query.get("product"));
  if (!plan) return wrong("product", "There is no such product; see /usage_reports/options.");
  UsageQuery query;
  query.account = call.account.id;
  query.kind = plan->kind;
  auto dimensions = read_words(call, "dimensions", plan->dimensions);
  if (!dimensions) return tl::unexpected(dimensions.error());
  auto metrics = read_words(call, "metrics", plan->metrics);
  if (!metrics) return tl::unexpected(metrics.error());
  query.dimensions = std::move(*dimensions);
  query.metrics = std::move(*metrics);
  if (auto range = read_range(call, query); !range) return tl::unexpected(range.error());
  for (const store::Condition& condition : call.query.filters) {
    const auto& chosen = query.dimensions;
    if (std::find(chosen.begin(), chosen.end(), condition.path) == chosen.end()) {
      return wrong("filter[" + condition.path + "]", "Only the dimensions of a report filter it.");
    }
    for (const store::Scalar& value : condition.values) {
      const auto* text = std::get_if<std::string>(&value);
      if (text) query.only.emplace(condition.path, *text);
    }
  }
  return query;
}

/// What a row is sorted by: text for dimensions, amounts for metrics.
bool comes_before(const UsageRow& a, const UsageRow& b, const UsageQuery& query,
                  const std::vector<store::Order>& orders) {
  for (const store::Order& order : orders) {
    const auto at = [&order](const Words& names) {
      return static_cast<size_t>(std::find(names.begin(), names.end(), order.path) - names.begin());
    };
    int difference = 0;
    if (const size_t i = at(query.dimensions); i < query.dimensions.size()) {
      difference = a.values[i].compare(b.values[i]);
    } else if (const size_t k = at(query.metrics); k < query.metrics.size()) {
      difference = a.amounts[k] < b.amounts[k] ? -1 : a.amounts[k] > b.amounts[k] ? 1 : 0;
    }
    if (difference != 0) return order.descending ? difference > 0 : difference < 0;
  }
  return false;
}

double number_of(int64_t nanos) { return static_cast<double>(nanos) / 1e9; }

json::Value shown(const UsageRow& row, const UsageQuery& query, std::string_view product) {
  json::Value object = json::Value::object();
  for (size_t i = 0; i < row.values.size(); ++i) {
    object.set(query.dimensions[i], row.values[i].empty() ? json::Value() : row.values[i]);
  }
  object.set("product", product);
  for (size_t i = 0; i < row.amounts.size(); ++i) {
    object.set(query.metrics[i], number_of(row.amounts[i]));
  }
  return object;
}

std::string as_csv(std::span<const UsageRow> rows, const UsageQuery& query) {
  Words header = query.dimensions;
  header.insert(header.end(), query.metrics.begin(), query.metrics.end());
  std::vector<Words> lines;
  for (const UsageRow& row : rows) {
    Words line = row.values;
    for (const int64_t amount : row.amounts) line.push_back(json::Value(number_of(amount)).text());
    lines.push_back(std::move(line));
  }
  return csv_of(header, lines);
}

Outcome report(const Call& call, const store::Snapshot& snapshot) {
  const auto query = read_usage_query(call);
  if (!query) return tl::unexpected(query.error());
  auto rows = add_up(snapshot, *query);
  if (!rows) return tl::unexpected(rows.error());
  std::stable_sort(rows->begin(), rows->end(), [&](const UsageRow& a, const UsageRow& b) {
    return comes_before(a, b, *query, call.query.sort);
  });
  const int64_t size = std::clamp<int64_t>(call.query.page_size, 1, kMostRowsOfPage);
  const auto total = static_cast<int64_t>(rows->size());
  const int64_t from = std::min((call.query.page_number - 1) * size, total);
  const std::span<const UsageRow> page(rows->data() + from,
                                       static_cast<size_t>(std::min(size, total - from)));
  api::Effects effects;
  if (call.query.get("format") == "csv") {
    effects.reply = api::Reply::text(as_csv(page, *query), "text/csv");
    return effects;
  }
  json::Value data = json::Value::array();
  for (const UsageRow& row : page) {
    data.push(shown(row, *query, call.query.get("product")));
  }
  const json::Value meta = json::Value::object({{"page_number", call.query.page_number},
                                                {"page_size", size},
                                                {"total_pages", (total + size - 1) / size},
                                                {"total_results", total}});
  effects.reply =
      api::Reply::json(json::Value::object({{"data", std::move(data)}, {"meta", meta}}).text());
  return effects;
}

json::Value words_array(std::string_view text) {
  json::Value array = json::Value::array();
  for (std::string& word : split(text, ' ')) array.push(std::move(word));
  return array;
}

Outcome list_options(const Call& call, const store::Snapshot&) {
  const std::string_view asked = call.query.get("product");
  json::Value data = json::Value::array();
  for (const ProductPlan& plan : kPlans) {
    if (!asked.empty() && asked != plan.product) continue;
    data.push(json::Value::object({{"product", plan.product},
                                   {"product_dimensions", words_array(plan.dimensions)},
                                   {"product_metrics", words_array(plan.metrics)},
                                   {"record_types", json::Value::array()}}));
  }
  if (data.items().empty()) return wrong("product", "There is no such product.");
  api::Effects effects;
  effects.reply = api::Reply::data(data);
  return effects;
}

}  // namespace

void declare_usage_reports(api::Registry& registry) {
  registry.bind(contract::Op::GetUsageReports, report);
  registry.bind(contract::Op::ListUsageReportsOptions, list_options);
}

}  // namespace tandem::products::reporting
