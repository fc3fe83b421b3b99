#include <string>

#include "products/common/document_links.h"
#include "products/common/steps.h"
#include "products/porting/bind.h"
#include "products/porting/porting.h"
#include "store/blobs.h"

// Orders and port-outs as CSV, made in the background and kept as a document.

namespace tandem::products::porting {
namespace {

using api::Effects;
using store::Compare;

constexpr auto kReportTime = std::chrono::seconds(5);
constexpr int64_t kMostRows = 10'000;
constexpr std::string_view kCsvType = "text/csv";

/// One kind of report.
struct Kind {
  std::string_view path;
  std::string_view collection;
  std::string_view record_type;
  std::string_view workflow;
  std::string_view source;        // what it lists
  std::string_view status_field;  // there
  std::vector<std::string_view> columns;
};

const Kind& order_report() {
  static const Kind kKind{
      "/porting/reports",
      "porting_reports",
      "porting_report",
      "porting.make_report",
      kOrders,
      "status.value",
      {"id", "support_key", "status.value", "customer_reference", "phone_number_type",
       "porting_phone_numbers_count", "activation_settings.foc_datetime_requested",
       "activation_settings.foc_datetime_actual", "created_at", "updated_at"}};
  return kKind;
}

const Kind& portout_report() {
  static const Kind kKind{"/portouts/reports",
                          "portout_reports",
                          "portout_report",
                          "porting.make_portout_report",
                          kPortouts,
                          "status",
                          {"id", "support_key", "status", "pon", "carrier_name", "end_user_name",
                           "foc_date", "created_at", "updated_at"}};
  return kKind;
}

/// A field of CSV (RFC 4180).
std::string quoted(const json::Value& value) {
  const std::string text = value.is_string() ? std::string(value.string())
                           : value.is_null() ? std::string()
                                             : value.text();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

void add_list(store::Query& query, std::string_view path, const json::Value& values,
              Compare compare) {
  if (!values.is_array() || values.items().empty()) return;
  store::Condition condition{std::string(path), compare, {}};
  for (const json::Value& value : values.items()) {
    condition.values.emplace_back(std::string(value.string()));
  }
  query.where.push_back(std::move(condition));
}

void add_text(store::Query& query, std::string_view path, const json::Value& value,
              Compare compare) {
  if (!value.is_string()) return;
  query.where.push_back({std::string(path), compare, {std::string(value.string())}});
}

store::Query asked_rows(const Kind& kind, const json::Value& filters, const std::string& account) {
  store::Query query;
  query.collection = kind.source;
  query.account = account;
  query.limit = kMostRows;
  add_list(query, kind.status_field, filters["status__in"], Compare::In);
  add_list(query, "customer_reference", filters["customer_reference__in"], Compare::In);
  add_list(query, "phone_numbers", filters["phone_numbers__overlaps"], Compare::Has);
  add_text(query, "created_at", filters["created_at__gt"], Compare::Gt);
  add_text(query, "created_at", filters["created_at__lt"], Compare::Lt);
  add_text(query, "end_user_name", filters["end_user_name"], Compare::Eq);
  return query;
}

std::string csv_of(const Kind& kind, const std::vector<store::Row>& rows) {
  std::string out;
  for (const std::string_view column : kind.columns) {
    if (!out.empty()) out += ',';
    out += column;
  }
  out += "\r\n";
  for (const store::Row& row : rows) {
    const json::Value document = api::document_of(row);
    std::string line;
    for (const std::string_view column : kind.columns) {
      if (column != kind.columns.front()) line += ',';
      line += quoted(document.at_path(column));
    }
    out += line + "\r\n";
  }
  return out;
}

Effects make(const api::Registry& registry, store::Blobs& blobs, const Kind& kind,
             const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto report = step_document(step, snapshot, kind.collection);
  if (!report || report->fields["status"].string() != "pending") return effects;
  const std::string& account = report->row.account;
  const store::Query query = asked_rows(kind, report->fields.at_path("params.filters"), account);
  const std::string csv = csv_of(kind, snapshot.list(query).rows);
  const auto blob = blobs.put(csv);
  if (!blob) {  // the disk does not take it now
    effects.timers.push_back(
        document_timer(kind.workflow, report->row.id, account, step.now + kReportTime));
    return effects;
  }
  const api::ResourceEngine* documents = registry.engine(kDocuments);
  const auto bytes = static_cast<int64_t>(csv.size());
  const json::Value document = documents->make(
      {step.now, step.ids},
      json::Value::object({{"filename", std::string(kind.record_type) + ".csv"},
                           {"content_type", kCsvType},
                           {"sha256", *blob},
                           {"status", "verified"},
                           {"size", json::Value::object({{"amount", bytes}, {"unit", "bytes"}})}}));
  documents->put_new(account, step.now, document, effects);
  link_document({step.now, step.ids}, account, document["id"].string(), kind.record_type,
                report->row.id, effects);
  report->fields.set("status", "completed");
  report->fields.set("document_id", document["id"]);
  put_back(kind.collection, *report, step.now, effects);
  return effects;
}

void declare_kind(api::Registry& registry, store::Blobs& blobs, const Kind& kind) {
  registry.workflow(
      std::string(kind.workflow),
      [&registry, &blobs, &kind](const api::Step& step, const store::Snapshot& snapshot) {
        return make(registry, blobs, kind, step, snapshot);
      });
  registry.resource({.path = std::string(kind.path),
                     .collection = std::string(kind.collection),
                     .record_type = std::string(kind.record_type),
                     .defaults = R"({"status":"pending"})",
                     .on_create = [&kind](api::Draft& draft) -> Result<void, api::ApiError> {
                       draft.effects.timers.push_back(
                           document_timer(kind.workflow, draft.document["id"].string(),
                                          draft.call.account.id, draft.call.now + kReportTime));
                       return {};
                     }});
}

}  // namespace

void declare_reports(api::Registry& registry, store::Blobs& blobs) {
  declare_kind(registry, blobs, order_report());
  declare_kind(registry, blobs, portout_report());
}

}  // namespace tandem::products::porting
