#include "api/resource_engine.h"
#include "products/common/csv.h"
#include "products/common/file_links.h"
#include "products/common/steps.h"
#include "products/numbers/numbers.h"
#include "store/blobs.h"

// Reports on sub orders: asked for with filters, written in the background, downloaded as CSV.

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using store::Compare;

constexpr std::string_view kReports = "sub_number_orders_reports";
constexpr std::string_view kWrite = "numbers.write_order_report";
constexpr int64_t kRowsAtOnce = 1'000;
constexpr int64_t kMostRows = 1'000'000;

constexpr std::string_view kColumns[] = {
    "id",        "order_request_id",    "country_code",       "phone_number_type",
    "status",    "phone_numbers_count", "customer_reference", "created_at",
    "updated_at"};

/// The filters of a report, each with what it asks of a sub order.
constexpr struct {
  std::string_view name;
  std::string_view field;
  Compare compare;
} kFilters[] = {{"country_code", "country_code", Compare::Eq},
                {"status", "status", Compare::Eq},
                {"order_request_id", "order_request_id", Compare::Eq},
                {"customer_reference", "customer_reference", Compare::Eq},
                {"created_at_gt", "created_at", Compare::Gt},
                {"created_at_lt", "created_at", Compare::Lt}};

Result<void, api::ApiError> order_report(Draft& draft) {
  json::Value& report = draft.document;
  json::Value filters = json::Value::object();
  for (const auto& filter : kFilters) {
    const json::View asked = draft.call.body[filter.name];
    if (!asked.string().empty()) filters.set(filter.name, asked.string());
    report.members().erase(filter.name);
  }
  report.set("filters", std::move(filters));
  report.set("order_type", "sub_number_order");
  report.set("status", "pending");
  report.set("user_id", draft.call.account.id);
  draft.effects.timers.push_back(
      document_timer(kWrite, report["id"].string(), draft.call.account.id, draft.call.now));
  return {};
}

std::string write_rows(const store::Snapshot& snapshot, const StepDocument& report) {
  store::Query query;
  query.collection = "sub_number_orders";
  query.account = report.row.account;
  for (const auto& filter : kFilters) {
    const std::string value(report.fields["filters"][filter.name].string());
    if (value.empty()) continue;
    query.where.push_back({std::string(filter.field), filter.compare, {value}});
  }
  query.limit = kRowsAtOnce;
  std::vector<std::vector<std::string>> lines;
  for (bool more = true; more && query.offset < kMostRows; query.offset += kRowsAtOnce) {
    const store::Page page = snapshot.list(query);
    for (const store::Row& row : page.rows) {
      const json::Value order = api::document_of(row);
      auto& line = lines.emplace_back();
      for (const std::string_view column : kColumns) {
        const json::Value& value = order[column];
        if (value.is_null()) line.emplace_back();
        if (value.is_string()) line.emplace_back(value.string());
        if (!value.is_null() && !value.is_string()) line.push_back(value.text());
      }
    }
    more = page.more;
  }
  return csv_of({std::begin(kColumns), std::end(kColumns)}, lines);
}

Effects write(store::Blobs& blobs, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto report = step_document(step, snapshot, kReports);
  if (!report || report->fields["status"].string() != "pending") return effects;
  const auto blob = blobs.put(write_rows(snapshot, *report));
  report->fields.set("status", blob ? "success" : "failed");
  if (blob) report->fields.set("_blob", *blob);
  put_back(kReports, *report, step.now, effects);
  return effects;
}

Outcome download(const api::ResourceEngine& reports, const store::Blobs& blobs, const Call& call,
                 const store::Snapshot& snapshot) {
  const auto row = reports.find(call, snapshot, call.param("report_id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value report = api::document_of(*row);
  if (report["status"].string() != "success") {
    return api::refuse("10027", "The report is not written yet.");
  }
  auto reply = file_reply(
      blobs, {std::string(report["_blob"].string()), "sub_number_orders.csv", "text/csv"});
  if (!reply) return tl::unexpected(reply.error());
  Effects effects;
  effects.reply = std::move(*reply);
  return effects;
}

}  // namespace

void declare_order_reports(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  registry.resource({.path = "/sub_number_orders_report",
                     .collection = std::string(kReports),
                     .item_path = "/sub_number_orders_report/{report_id}",
                     .on_create = order_report});
  const api::ResourceEngine* reports = registry.engine(kReports);
  registry.bind(contract::Op::DownloadSubNumberOrdersReport,
                [reports, &blobs](const Call& call, const store::Snapshot& snapshot) {
                  return download(*reports, blobs, call, snapshot);
                });
  registry.workflow(std::string(kWrite),
                    [&blobs](const api::Step& step, const store::Snapshot& snapshot) {
                      return write(blobs, step, snapshot);
                    });
}

}  // namespace tandem::products::numbers
